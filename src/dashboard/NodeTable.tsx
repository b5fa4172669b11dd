import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { DappFacts, DappState } from './dapp-state.ts'
import { fit, type Look, markOf, megabytes, milliseconds, wallsText } from './look.ts'
import { duration, type NodeRow, type State } from './state.ts'

export interface NodeTableProps {
  readonly state: State
  readonly selected: string
  readonly width: number
  /** Lines including the title. Where they do not suffice, those around the selected row show. */
  readonly rows: number
  readonly look: Look
}

const COLUMNS = { name: 11, state: 12, height: 8, peers: 6, latency: 9, memory: 8 } as const
const LEFT = Object.values(COLUMNS).reduce((sum, width) => sum + width, 2)

/** How many lines the table takes. */
export function tableRows(state: State): number {
  const facts = factsText(state.facts) === '' ? 0 : 1
  return 1 + state.nodes.length + (state.dapp.status === 'none' ? 0 : 1 + facts)
}

export function NodeTable({ state, selected, width, rows, look }: NodeTableProps): ReactNode {
  const head =
    `  ${fit('NODE', COLUMNS.name)}${fit('STATE', COLUMNS.state)}${fit('HEIGHT', COLUMNS.height, 'right')}` +
    `${fit('PEERS', COLUMNS.peers, 'right')}${fit('LATENCY', COLUMNS.latency, 'right')}` +
    `${fit('MEMORY', COLUMNS.memory, 'right')}  WHERE`
  const lines = state.nodes.map((row) => (
    <Row key={row.name} row={row} chosen={row.name === selected} width={width} look={look} />
  ))
  if (state.dapp.status !== 'none') {
    const chosen = selected === 'dapp'
    lines.push(<DappRow key="dapp" dapp={state.dapp} chosen={chosen} width={width} look={look} />)
    const facts = factsText(state.facts)
    if (facts !== '') {
      const text = fit(`${' '.repeat(2 + COLUMNS.name)}${facts}`, width)
      const isUnsigned = state.facts.identity?.signature === 'unsigned'
      lines.push(<Fact key="facts" text={text} isWarning={isUnsigned && look.color} />)
    }
  }
  const at = lines.findIndex(({ key }) => key === selected)
  const start = Math.max(0, at + 2 - rows)
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{fit(head, width)}</Text>
      {lines.slice(start, start + rows - 1)}
    </Box>
  )
}

interface FactProps {
  readonly text: string
  readonly isWarning: boolean
}

function Fact({ text, isWarning }: FactProps): ReactNode {
  const paint = isWarning ? { color: 'red' } : { dimColor: true }
  return (
    <Text {...paint} wrap="truncate">
      {text}
    </Text>
  )
}

interface RowProps {
  readonly row: NodeRow
  readonly chosen: boolean
  readonly width: number
  readonly look: Look
}

function Row({ row, chosen, width, look }: RowProps): ReactNode {
  const { mark, paint } = markOf(row.status, look)
  const isReady = row.status === 'ready'
  // Only the height outlives a node that is down.
  const right =
    fit(row.height === undefined ? '' : String(row.height), COLUMNS.height, 'right') +
    fit(isReady && row.peers !== undefined ? String(row.peers) : '', COLUMNS.peers, 'right') +
    fit(isReady ? milliseconds(row.latencyMs) : '', COLUMNS.latency, 'right') +
    fit(isReady ? megabytes(row.memoryBytes) : '', COLUMNS.memory, 'right')
  const again = markOf('restarting', look).mark
  const restarts = isReady && row.restarts > 0 ? ` ${again}${row.restarts}` : ''
  return (
    <Text wrap="truncate" bold={chosen}>
      {pointer(chosen, look)}
      {fit(row.name, COLUMNS.name)}
      <Text {...paint}>{fit(`${mark} ${row.status}${restarts}`, COLUMNS.state)}</Text>
      {right}
      {fit(`  ${row.detail}`, width - LEFT)}
    </Text>
  )
}

interface DappRowProps {
  readonly dapp: Exclude<DappState, { status: 'none' }>
  readonly chosen: boolean
  readonly width: number
  readonly look: Look
}

function DappRow({ dapp, chosen, width, look }: DappRowProps): ReactNode {
  const { mark, paint } = markOf(MARKS[dapp.status], look)
  return (
    <Text wrap="truncate" bold={chosen}>
      {pointer(chosen, look)}
      {fit('dapp', COLUMNS.name)}
      <Text {...paint}>{fit(`${mark} ${dapp.status}`, COLUMNS.state)}</Text>
      {fit(` ${dappText(dapp)}`, width - 2 - COLUMNS.name - COLUMNS.state)}
    </Text>
  )
}

const MARKS = {
  starting: 'starting',
  changed: 'starting',
  ready: 'ready',
  ended: 'failed',
  evicted: 'failed',
} as const

/** Signature, grants counted, and what it uses; empty for a DApp that has none of them. */
export function factsText({ identity, granted, denied, usage }: DappFacts): string {
  if (identity === undefined) return ''
  const cpu = usage?.cpuShare === undefined ? '' : `${(usage.cpuShare * 100).toFixed(1)} % CPU`
  const calls = usage === undefined ? '' : `${usage.calls} calls, ${usage.callsDenied} refused`
  return [
    identity.signature === 'unsigned' ? 'UNSIGNED, kept nowhere' : identity.signature,
    `${granted.length} granted, ${denied.length} denied`,
    cpu,
    megabytes(usage?.memoryBytes),
    calls,
    identity.signature === 'unsigned' ? '' : identity.app,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

function dappText(dapp: Exclude<DappState, { status: 'none' }>): string {
  switch (dapp.status) {
    case 'starting':
      return `${dapp.name} (${dapp.kind})`
    case 'ready':
    case 'changed': {
      // The time of the last start: from the edit, or from the start of all, to the first answer.
      return [dapp.name, dapp.url, wallsText(dapp.level), duration(dapp.tookMs)]
        .filter(Boolean)
        .join('  ')
    }
    case 'ended':
      return `${dapp.name} ended with ${dapp.how}${dapp.willRestart ? '' : '; waiting for a fix'}`
    case 'evicted':
      return `${dapp.name}: ${dapp.why}${dapp.isDenied ? ' It does not start here again.' : ''}`
  }
}

function pointer(chosen: boolean, look: Look): string {
  if (!chosen) return '  '
  return look.unicode ? '▸ ' : '> '
}
