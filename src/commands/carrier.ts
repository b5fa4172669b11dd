/** `ela carrier`: the peer-to-peer network of the devnet. */
import type { Command } from 'commander'
import { ElaError } from '../base/errors.ts'
import type { Paint } from '../base/printer.ts'
import { entriesOf, findSession, type NodeEntry } from '../devnet/session.ts'
import { askCarrierStatus } from '../nodes/carrier/ask-status.ts'
import { carrierNameOf } from '../nodes/carrier/instances.ts'
import type { Context } from './context.ts'

interface NodeRow {
  readonly name: string
  readonly id: string
  readonly udp: string
  /** Whether the node answered us. */
  readonly answers: boolean
  /** Seconds. */
  readonly uptime?: number
  readonly knows: readonly {
    readonly name: string
    readonly id: string
    readonly address: string
    readonly reachable: boolean
    /** ISO 8601. */
    readonly lastSeen: string
  }[]
}

export function define(command: Command, context: Context): void {
  command.addHelpText('after', '\nExample:\n  ela carrier status')
  command
    .command('status')
    .description('show the ids of the Carrier nodes and who knows whom')
    .addHelpText('after', '\nExample:\n  ela carrier status --json')
    .action(async () => {
      const nodes = await readNodes(entriesOf(findSession(context), 'carrier'), context.signal)
      context.printer.answer('carrier status', { nodes }, picture)
    })
}

/** One row a node. Throws `rpc/unreachable` when not a single one answers. */
async function readNodes(
  entries: readonly NodeEntry[],
  signal: AbortSignal,
): Promise<readonly NodeRow[]> {
  const read = await Promise.all(entries.map((entry) => readNode(entry, signal)))
  const [first] = read
  if (first?.failure !== undefined && read.every(({ row }) => !row.answers)) throw first.failure
  return read.map(({ row }) => row)
}

async function readNode(
  entry: NodeEntry,
  signal: AbortSignal,
): Promise<{ readonly row: NodeRow; readonly failure?: ElaError }> {
  const id = String(entry['id'])
  const about = { name: nameOf(id), id, udp: String(entry['udp']) }
  try {
    const { known, uptime } = await askCarrierStatus(String(entry['rpc']), id, signal)
    const knows = known
      .map((node) => ({
        name: nameOf(node.id),
        ...node,
        lastSeen: new Date(node.lastSeen).toISOString(),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    return { row: { ...about, answers: true, uptime, knows } }
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return { row: { ...about, answers: false, knows: [] }, failure: error }
  }
}

function nameOf(id: string): string {
  return carrierNameOf(id) ?? `${id.slice(0, 8)}…`
}

function picture({ nodes }: { readonly nodes: readonly NodeRow[] }, paint: Paint): string {
  const head = ['NODE', 'ID', 'UDP', 'KNOWS']
  const rows = nodes.map(({ name, id, udp, ...node }) => [name, id, udp, knowsText(node, paint)])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [paint('dim', line(head)), ...rows.map(line)].join('\n')
}

function knowsText({ answers, knows }: Pick<NodeRow, 'answers' | 'knows'>, paint: Paint): string {
  if (!answers) return paint('red', 'does not answer')
  if (knows.length === 0) return paint('yellow', 'nobody')
  return knows
    .map(({ name, reachable }) => (reachable ? name : paint('yellow', `${name} (silent)`)))
    .join(', ')
}
