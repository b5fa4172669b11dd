/** Events as lines: for CI, pipes, screen readers, and the dashboard's plain stream. */
import { approvalLine } from './approvals.ts'
import { admittedLine, askedLine, evictedLine } from './dapp-state.ts'
import { wallsText } from './look.ts'
import { type DashboardEvent, duration, restartWords } from './state.ts'

const NODE_WIDTH = 10

/** The line that tells an event, or `undefined` for one that people need not read. */
export function plainLine(event: DashboardEvent): string | undefined {
  switch (event.event) {
    case 'devnet-starting':
      return row('ela', `starting ${event.nodes.join(', ')}`)
    case 'devnet-ready':
      return row('ela', `ready in ${duration(event.tookMs)}`)
    case 'devnet-stopping':
      return row('ela', 'stopping')
    case 'devnet-stopped':
      return row('ela', 'stopped')
    case 'notice':
      return row('ela', event.hint === undefined ? event.message : `${event.message} ${event.hint}`)
    case 'port-moved':
      return row(
        event.node,
        `port ${event.wanted} (${event.port}) is held by ${event.holder}; using ${event.got}`,
      )
    case 'node-starting':
      return undefined
    case 'node-ready': {
      const where = Object.entries(event.entry)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')
      return row(event.node, `ready in ${duration(event.tookMs)}, pid ${event.pid} ${where}`)
    }
    case 'node-restarting':
      return row(event.node, restartWords(event))
    case 'node-stopped':
      return row(event.node, event.how)
    case 'node-failed':
      return row(event.node, `failed: ${event.message}`)
    case 'node-health':
      return undefined
    case 'block':
      return row(
        event.node,
        `block ${event.height} ${shortHash(event.hash)}, ${transactions(event.transactions)}`,
      )
    case 'transaction':
      return row(event.node, `transaction ${shortHash(event.id)} ${event.summary}`)
    case 'log':
      return row(event.node, event.line)
    case 'dapp-starting':
      return row('dapp', `starting ${event.name} (${event.kind})`)
    case 'dapp-admitted':
      return row('dapp', admittedLine(event))
    case 'dapp-asks':
      return row('dapp', askedLine(event))
    case 'dapp-answered':
      return row('dapp', `${event.capability}: ${event.answer}`)
    case 'dapp-granted':
      return row('dapp', grantedLine(event))
    case 'dapp-usage':
      return undefined
    case 'dapp-ready': {
      const where = event.url ?? (event.pid === undefined ? '' : `pid ${event.pid}`)
      const walls = wallsText(event.level)
      return row('dapp', `${event.name} ready in ${duration(event.tookMs)} ${where} (${walls})`)
    }
    case 'dapp-evicted':
      return row('dapp', evictedLine(event))
    case 'intent-waiting':
    case 'intent-answered':
      return row('wallet', approvalLine(event))
    case 'dapp-changed':
      return row('dapp', `changed: ${event.files.join(', ')}`)
    case 'dapp-ended':
      return row('dapp', `ended with ${event.how}; ${againText(event)}`)
  }
}

function againText({
  willRestart,
  inMs,
}: Extract<DashboardEvent, { event: 'dapp-ended' }>): string {
  if (!willRestart) return 'waiting for a fix'
  return inMs === undefined ? 'starting again' : `again in ${duration(inMs)}`
}

function grantedLine({
  granted,
  denied,
}: Extract<DashboardEvent, { event: 'dapp-granted' }>): string {
  const list = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '))
  const refused = denied.length === 0 ? '' : `; denied ${list(denied)}`
  return `granted ${list(granted)}${refused}`
}

export function shortHash(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 8)}…${hash.slice(-4)}`
}

export function transactions(count: number): string {
  return count === 1 ? '1 transaction' : `${count} transactions`
}

function row(node: string, text: string): string {
  return `${node.padEnd(NODE_WIDTH)} ${text}`
}
