import { Box, type Key as InkKey, Text, useInput } from 'ink'
import { type ReactNode, useSyncExternalStore } from 'react'
import { ActivityPane } from './ActivityPane.tsx'
import { ApprovalPane } from './ApprovalPane.tsx'
import { DappPane } from './DappPane.tsx'
import { GrantPane } from './GrantPane.tsx'
import { LogPane } from './LogPane.tsx'
import { fit, type Look } from './look.ts'
import { NodeTable, tableRows } from './NodeTable.tsx'
import { Accounts, KeyHelp, type ShownAccount } from './Overlay.tsx'
import { duration, type State } from './state.ts'
import type { DashboardStore } from './store.ts'
import { type Effect, type Key, selectedName, type View } from './view.ts'

export interface AppProps {
  readonly store: DashboardStore
  readonly title: string
  readonly accounts: readonly ShownAccount[]
  readonly columns: number
  readonly rows: number
  readonly look: Look
  readonly onEffect: (effect: Effect) => void
}

const WIDE_COLUMNS = 150
const TABLE_COLUMNS = 84
const MIN_COLUMNS = 40
const MIN_ROWS = 10

export function App({
  store,
  title,
  accounts,
  columns,
  rows,
  look,
  onEffect,
}: AppProps): ReactNode {
  const { state, view } = useSyncExternalStore(store.subscribe, store.snapshot)
  useInput((input, key) => {
    for (const one of keysOf(input, key)) {
      const effect = store.press(one)
      if (effect !== undefined) onEffect(effect)
    }
  })
  // Ink clears the whole terminal when a frame is as high as it: one line is left free.
  const height = rows - 1
  if (columns < MIN_COLUMNS || height < MIN_ROWS) {
    return (
      <Text wrap="truncate">{`ela dev: ${state.phase}. Enlarge the terminal, or press t.`}</Text>
    )
  }
  return (
    <Box flexDirection="column" width={columns} height={height}>
      <Header state={state} title={title} width={columns} />
      <Panes
        state={state}
        view={view}
        accounts={accounts}
        columns={columns}
        rows={height - 2}
        look={look}
      />
      <Footer view={view} width={columns} />
    </Box>
  )
}

function Header({
  state,
  title,
  width,
}: {
  readonly state: State
  readonly title: string
  readonly width: number
}): ReactNode {
  const asked = state.prompts.length > 0 ? `${state.prompts.length} to grant (g)  ` : ''
  const waiting = state.approvals.length > 0 ? `${state.approvals.length} for the wallet (w)  ` : ''
  const ready = state.readyAfterMs === undefined ? '' : ` in ${duration(state.readyAfterMs)}`
  const left = ` ela dev  ${title}`
  const right = `${asked}${waiting}${state.phase}${state.phase === 'ready' ? ready : ''} `
  return (
    <Text inverse wrap="truncate">
      {fit(left, width - right.length)}
      {right}
    </Text>
  )
}

function Footer({ view, width }: { readonly view: View; readonly width: number }): ReactNode {
  const words = view.typing
    ? ['type to search', 'Enter keep', 'Esc clear']
    : 'm mine,r restart,f filter,/ search,p pause,a accounts,t plain,? help,q quit'.split(',')
  // Narrow terminals have no room for the dots.
  const keys = words.join(width < 92 ? ' ' : ' · ')
  return <Text dimColor>{fit(view.said === '' ? ` ${keys}` : ` ${view.said}`, width)}</Text>
}

interface PanesProps {
  readonly state: State
  readonly view: View
  readonly accounts: readonly ShownAccount[]
  readonly columns: number
  readonly rows: number
  readonly look: Look
}

function Panes({ state, view, accounts, columns, rows, look }: PanesProps): ReactNode {
  const selected = selectedName(view, state)
  const table = Math.min(tableRows(state), rows - 4)
  const wide = columns >= WIDE_COLUMNS
  const left = rows - table
  const activity = wide ? 0 : Math.min(12, Math.max(3, Math.ceil(left / 2.6)))
  const below = left - activity
  const width = wide ? TABLE_COLUMNS : columns
  return (
    <>
      <Box height={table} overflow="hidden">
        <NodeTable state={state} selected={selected} width={width} rows={table} look={look} />
        {wide && (
          <Box marginLeft={2}>
            <ActivityPane state={state} width={columns - width - 2} rows={table} look={look} />
          </Box>
        )}
      </Box>
      {!wide && view.overlay === 'none' && (
        <ActivityPane state={state} width={columns} rows={activity} look={look} />
      )}
      {view.overlay === 'none' && (
        <LogPane state={state} view={view} width={columns} rows={below} look={look} />
      )}
      {view.overlay === 'approvals' && (
        <ApprovalPane approvals={state.approvals} width={columns} rows={left} look={look} />
      )}
      {view.overlay === 'grants' && (
        <GrantPane prompts={state.prompts} width={columns} rows={left} look={look} />
      )}
      {view.overlay === 'dapp' && (
        <DappPane state={state} width={columns} rows={left} look={look} />
      )}
      {view.overlay === 'help' && <KeyHelp width={columns} rows={left} look={look} />}
      {view.overlay === 'accounts' && (
        <Accounts accounts={accounts} width={columns} rows={left} look={look} />
      )}
    </>
  )
}

/** Ink hands over a chunk of input: a named key, or all that was pasted or typed fast. */
function keysOf(input: string, key: InkKey): readonly Key[] {
  if (key.ctrl && input === 'c') return [{ name: 'interrupt' }]
  if (key.upArrow) return [{ name: 'up' }]
  if (key.downArrow) return [{ name: 'down' }]
  if (key.pageUp) return [{ name: 'pageUp' }]
  if (key.pageDown) return [{ name: 'pageDown' }]
  if (key.return) return [{ name: 'enter' }]
  if (key.escape) return [{ name: 'escape' }]
  if (key.backspace || key.delete) return [{ name: 'backspace' }]
  if (key.ctrl || key.meta) return []
  return [...input].filter((char) => char >= ' ').map((char) => ({ char }))
}
