import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { fit, type Look, rule } from './look.ts'
import { shortHash, transactions } from './plain.ts'
import type { Activity, State } from './state.ts'

export interface ActivityPaneProps {
  readonly state: State
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** Blocks and transactions as they come, the newest last. */
export function ActivityPane({ state, width, rows, look }: ActivityPaneProps): ReactNode {
  const shown = state.activity.slice(-(rows - 1))
  const lines = shown.map((item) => fit(activityText(item), width))
  if (lines.length === 0) lines.push(fit('no block yet: press m to make one', width))
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule('Chain activity', width, look)}</Text>
      <Text>{lines.join('\n')}</Text>
    </Box>
  )
}

function activityText(item: Activity): string {
  const node = item.node.padEnd(10)
  return item.kind === 'block'
    ? `${node} block ${item.height}  ${shortHash(item.hash)}  ${transactions(item.transactions)}`
    : `${node} tx    ${shortHash(item.id)}  ${item.summary}`
}
