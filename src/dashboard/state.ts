/** Everything the dashboard knows, folded out of devnet and runtime events. Pure. */
import { stripVTControlCharacters } from 'node:util'
import type { DevnetEvent } from '../devnet/events.ts'
import type { RuntimeEvent } from '../runtime/events.ts'
import { type Approval, type ApprovalEvent, approvalLine } from './approvals.ts'
import {
  type DappFacts,
  type DappState,
  type GrantPrompt,
  noFacts,
  reduceDapp,
} from './dapp-state.ts'

export type DashboardEvent = DevnetEvent | RuntimeEvent | ApprovalEvent

export type NodeStatus = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed'

export interface NodeRow {
  readonly name: string
  readonly status: NodeStatus
  readonly pid?: number
  /** Where clients connect, or why the node is not there. */
  readonly detail: string
  readonly height?: number
  readonly peers?: number
  readonly latencyMs?: number
  readonly memoryBytes?: number
  readonly restarts: number
}

export type Activity =
  | {
      readonly kind: 'block'
      readonly seq: number
      readonly node: string
      readonly height: number
      readonly hash: string
      readonly transactions: number
    }
  | {
      readonly kind: 'transaction'
      readonly seq: number
      readonly node: string
      readonly id: string
      readonly summary: string
    }

export interface LogLine {
  readonly seq: number
  readonly node: string
  readonly line: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface State {
  readonly phase: 'starting' | 'ready' | 'stopping' | 'stopped'
  readonly readyAfterMs: number | undefined
  readonly nodes: readonly NodeRow[]
  readonly dapp: DappState
  readonly activity: readonly Activity[]
  readonly logs: readonly LogLine[]
  /** Intents that wait for a decision, the oldest first. */
  readonly approvals: readonly Approval[]
  readonly facts: DappFacts
  /** Capabilities that wait for a decision, the oldest first. */
  readonly prompts: readonly GrantPrompt[]
  /** Counts everything that ever came into a ring, so that a paused view knows what it missed. */
  readonly seq: number
}

export const MAX_ACTIVITY = 200
export const MAX_LOGS = 1_000

export const initialState: State = {
  phase: 'starting',
  readyAfterMs: undefined,
  nodes: [],
  dapp: { status: 'none' },
  activity: [],
  logs: [],
  approvals: [],
  facts: noFacts,
  prompts: [],
  seq: 0,
}

/** The state after an event. `now` stamps what carries no time of its own (ms since 1970). */
export function reduce(state: State, event: DashboardEvent, now: number): State {
  switch (event.event) {
    case 'devnet-starting':
      return { ...state, phase: 'starting', nodes: event.nodes.map(waitingRow) }
    case 'devnet-ready':
      return { ...state, phase: 'ready', readyAfterMs: event.tookMs }
    case 'devnet-stopping':
      return { ...state, phase: 'stopping' }
    case 'devnet-stopped':
      return { ...state, phase: 'stopped' }
    case 'notice':
      return withLog(
        state,
        'ela',
        event.hint === undefined ? event.message : `${event.message} ${event.hint}`,
        now,
      )
    case 'log':
      return withLog(state, event.node, event.line, event.at)
    case 'block':
    case 'transaction':
      return withActivity(state, event)
    case 'port-moved':
    case 'node-starting':
    case 'node-ready':
    case 'node-restarting':
    case 'node-stopped':
    case 'node-failed':
    case 'node-health':
      return reduceNode(state, event, now)
    case 'dapp-starting':
    case 'dapp-admitted':
    case 'dapp-asks':
    case 'dapp-answered':
    case 'dapp-granted':
    case 'dapp-ready':
    case 'dapp-usage':
    case 'dapp-changed':
    case 'dapp-ended':
    case 'dapp-evicted': {
      const { line, ...side } = reduceDapp(state, event, now)
      const next = { ...state, ...side }
      return line === undefined ? next : withLog(next, 'dapp', line, now)
    }
    case 'intent-waiting':
    case 'intent-answered':
      return reduceApproval(state, event, now)
  }
}

function reduceApproval(state: State, event: ApprovalEvent, now: number): State {
  const next = withLog(state, 'wallet', approvalLine(event), now)
  const approvals =
    event.event === 'intent-waiting'
      ? [...state.approvals, event.intent]
      : state.approvals.filter(({ id }) => id !== event.id)
  return { ...next, approvals }
}

type NodeEvent = Extract<
  DevnetEvent,
  {
    event:
      | 'port-moved'
      | 'node-starting'
      | 'node-ready'
      | 'node-restarting'
      | 'node-stopped'
      | 'node-failed'
      | 'node-health'
  }
>

function reduceNode(state: State, event: NodeEvent, now: number): State {
  const { node } = event
  switch (event.event) {
    case 'port-moved': {
      const { port, wanted, got, holder } = event
      const line = `port ${wanted} (${port}) is held by ${holder}; using ${got}`
      return withLog(state, node, line, now)
    }
    case 'node-starting':
      return withNode(state, node, () => ({ status: 'starting', detail: '' }))
    case 'node-ready': {
      const { pid, entry } = event
      const detail = String(entry['udp'] ?? entry['rpc'] ?? '')
      return withNode(state, node, () => ({ status: 'ready', pid, detail }))
    }
    case 'node-restarting': {
      const { how, inMs, attempt } = event
      const detail = attempt === 0 ? how : `${how}; again in ${duration(inMs)}`
      const next = withNode(state, node, () => ({
        status: 'restarting',
        detail,
        restarts: attempt,
      }))
      return withLog(next, node, restartWords(event), now)
    }
    case 'node-stopped':
      return withNode(state, node, () => ({ status: 'stopped', detail: event.how }))
    case 'node-failed': {
      const detail = oneLine(event.message)
      const next = withNode(state, node, () => ({ status: 'failed', detail }))
      return withLog(next, node, `failed: ${event.message}`, now)
    }
    case 'node-health': {
      const { health, latencyMs, memoryBytes } = event
      const { height, peers } = health
      return withNode(state, node, () => ({
        latencyMs,
        ...(height === undefined ? {} : { height }),
        ...(peers === undefined ? {} : { peers }),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      }))
    }
  }
}

function waitingRow(name: string): NodeRow {
  return { name, status: 'waiting', detail: '', restarts: 0 }
}

function withNode(state: State, name: string, change: (row: NodeRow) => Partial<NodeRow>): State {
  const known = state.nodes.some((row) => row.name === name)
  const nodes = known ? state.nodes : [...state.nodes, waitingRow(name)]
  return {
    ...state,
    nodes: nodes.map((row) => (row.name === name ? { ...row, ...change(row) } : row)),
  }
}

function withLog(state: State, node: string, text: string, at: number): State {
  const line = oneLine(text)
  const seq = state.seq + 1
  return { ...state, seq, logs: [...state.logs.slice(1 - MAX_LOGS), { seq, node, line, at }] }
}

/** Colours and line breaks of a child would break the layout, and colours hide in a search. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n]/g, '  ')
    .replace(/\p{Cc}/gu, '')
}

function withActivity(
  state: State,
  event: Extract<DevnetEvent, { event: 'block' | 'transaction' }>,
): State {
  const seq = state.seq + 1
  const item: Activity =
    event.event === 'block'
      ? {
          kind: 'block',
          seq,
          node: event.node,
          height: event.height,
          hash: event.hash,
          transactions: event.transactions,
        }
      : {
          kind: 'transaction',
          seq,
          node: event.node,
          id: event.id,
          summary: oneLine(event.summary),
        }
  const activity = [...state.activity.slice(1 - MAX_ACTIVITY), item]
  if (event.event !== 'block') return { ...state, seq, activity }
  const { height } = event
  return withNode({ ...state, seq, activity }, event.node, () => ({ height }))
}

/** Why and when a node starts again. One that was asked to counts no attempt. */
export function restartWords({
  how,
  inMs,
  attempt,
}: Extract<DevnetEvent, { event: 'node-restarting' }>): string {
  return attempt === 0
    ? 'restarting, as asked'
    : `ended with ${how}; restart ${attempt} in ${duration(inMs)}`
}

/** `84 ms`, `1.2 s`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
