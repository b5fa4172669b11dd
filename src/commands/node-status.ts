/** `ela node status`: the session, and how each node is right now. */
import { messageOf } from '../base/errors.ts'
import type { Paint } from '../base/printer.ts'
import { findSession, type NodeEntry, type Session } from '../devnet/session.ts'
import { nodeKinds } from '../nodes/index.ts'
import type { NodeHealth, NodeKind } from '../nodes/kind.ts'
import type { Context } from './context.ts'
import { publicSession } from './node-start.ts'

const ANSWER_WITHIN_MS = 2_000

interface NodeStatus {
  readonly node: string
  readonly pid: number
  readonly answers: boolean
  /** UDP address or JSON-RPC URL. */
  readonly where: string
  readonly height?: number
  readonly peers?: number
  readonly why?: string
}

type Status = Omit<Session, 'adminToken'> & { readonly health: readonly NodeStatus[] }

/** Throws `devnet/notRunning` when there is nothing to show. */
export async function showStatus(context: Context, secrets: boolean): Promise<void> {
  const session = findSession(context)
  const asked = nodeKinds.flatMap((kind) =>
    [session.nodes[kind.name] ?? []].flat().map((entry, place) => ask(kind, entry, place)),
  )
  const health = await Promise.all(asked)
  const shown = secrets ? session : publicSession(session)
  context.printer.answer('node status', { ...shown, health }, statusText)
}

async function ask(kind: NodeKind, entry: NodeEntry, place: number): Promise<NodeStatus> {
  const node = kind.instances[place] ?? kind.name
  const where = String(entry['udp'] ?? entry['rpc'] ?? '')
  const about = { node, pid: entry.pid, where }
  try {
    const { height, peers }: NodeHealth = await kind.health(
      entry,
      AbortSignal.timeout(ANSWER_WITHIN_MS),
    )
    return {
      ...about,
      answers: true,
      ...(height === undefined ? {} : { height }),
      ...(peers === undefined ? {} : { peers }),
    }
  } catch (error) {
    return { ...about, answers: false, why: messageOf(error) }
  }
}

function statusText({ folder, pid, startedAt, profile, health }: Status, paint: Paint): string {
  const rows = health.map(({ node, answers, height = '', peers = '', where, ...rest }) =>
    [node, answers ? 'ready' : 'silent', rest.pid || '', height, peers, where].map(String),
  )
  const head = ['NODE', 'STATE', 'PID', 'HEIGHT', 'PEERS', 'WHERE']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [
    `${folder}, profile ${profile}, pid ${pid}, since ${startedAt}`,
    paint('dim', line(head)),
    ...rows.map(line),
  ].join('\n')
}
