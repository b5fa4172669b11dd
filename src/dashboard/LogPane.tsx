import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { clock, fit, type Look, rule } from './look.ts'
import type { State } from './state.ts'
import { missedLines, type View, visibleLogs } from './view.ts'

export interface LogPaneProps {
  readonly state: State
  readonly view: View
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

export function LogPane({ state, view, width, rows, look }: LogPaneProps): ReactNode {
  const lines = visibleLogs(state, view, rows - 1).map(({ at, node, line }) =>
    fit(`${clock(at)} ${fit(node, 9)} ${line}`, width),
  )
  if (lines.length === 0) lines.push(fit(whyEmpty(view), width))
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule(logTitle(state, view), width, look)}</Text>
      {/* One element for all lines: laying out each on its own costs a third more per frame. */}
      <Text>{lines.slice(0, rows - 1).join('\n')}</Text>
    </Box>
  )
}

function whyEmpty({ filter, search }: View): string {
  const where = filter === undefined ? '' : ` of ${filter}`
  return search === '' ? `no line${where} yet` : `no line${where} has \`${search}\``
}

function logTitle(state: State, view: View): string {
  const missed = missedLines(state, view)
  return [
    'Log',
    view.filter === undefined ? '' : `of ${view.filter}`,
    view.typing || view.search !== '' ? `search: ${view.search}${view.typing ? '_' : ''}` : '',
    view.pausedAt === undefined ? '' : `paused${missed > 0 ? `, ${missed} new` : ''}`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
