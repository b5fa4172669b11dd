import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { fit, type Look, markOf, megabytes, milliseconds } from './look.ts'
import { type DappState, duration, type NodeRow, type State } from './state.ts'

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
  return 1 + state.nodes.length + (state.dapp.status === 'none' ? 0 : 1)
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
  const status = dapp.status === 'ended' ? 'failed' : dapp.status === 'ready' ? 'ready' : 'starting'
  const { mark, paint } = markOf(status, look)
  return (
    <Text wrap="truncate" bold={chosen}>
      {pointer(chosen, look)}
      {fit('dapp', COLUMNS.name)}
      <Text {...paint}>{fit(`${mark} ${dapp.status}`, COLUMNS.state)}</Text>
      {fit(` ${dappText(dapp)}`, width - 2 - COLUMNS.name - COLUMNS.state)}
    </Text>
  )
}

function dappText(dapp: Exclude<DappState, { status: 'none' }>): string {
  switch (dapp.status) {
    case 'starting':
      return `${dapp.name} (${dapp.kind})`
    case 'ready':
    case 'changed': {
      // The time of the last start: from the edit, or from the start of all, to the first answer.
      return [dapp.name, dapp.url, 'not sandboxed', duration(dapp.tookMs)]
        .filter(Boolean)
        .join('  ')
    }
    case 'ended':
      return `${dapp.name} ended with ${dapp.how}${dapp.willRestart ? '' : '; waiting for a fix'}`
  }
}

function pointer(chosen: boolean, look: Look): string {
  if (!chosen) return '  '
  return look.unicode ? '▸ ' : '> '
}
