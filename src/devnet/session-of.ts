/** What the session file says about a devnet. */
import type { LaunchContext } from '../nodes/kind.ts'
import type { PlannedNode } from './plan.ts'
import type { RunningNode } from './running-node.ts'
import { type NodeEntry, type Session, sessionFile } from './session.ts'

export interface SessionFacts extends Omit<Session, 'schema' | 'nodes'> {
  readonly running: readonly RunningNode[]
}

/** A node that is down at the moment keeps its place, with pid 0. */
export function sessionOf({ running, ...facts }: SessionFacts): Session {
  const kinds = [...new Set(running.map(({ kind }) => kind))]
  const nodes = kinds.map((kind) => {
    const entries: NodeEntry[] = running
      .filter((node) => node.kind === kind)
      .map((node) => ({ pid: node.pid ?? 0, ...node.entry }))
    const [first] = entries
    return [kind.name, kind.instances.length === 1 && first !== undefined ? first : entries]
  })
  return { schema: 'ela/session@1', ...facts, nodes: Object.fromEntries(nodes) }
}

/** The variables DApps and `ela exec` get. */
export function environmentOf(
  { folder, store }: { readonly folder: string; readonly store: string },
  planned: readonly PlannedNode[],
  contextOf: (node: PlannedNode) => LaunchContext,
): Readonly<Record<string, string>> {
  const firsts = planned.filter(({ kind, instance }) => kind.instances[0] === instance)
  const parts = firsts.map((node) => node.kind.environment(contextOf(node)))
  return Object.assign({}, ...parts, {
    ELA_STORE: `kubo:${store}`,
    ELA_SESSION: sessionFile(folder),
  })
}
