import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { Approval } from './approvals.ts'
import { fit, type Look, rule } from './look.ts'

export interface ApprovalPaneProps {
  readonly approvals: readonly Approval[]
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** The intent that has waited longest, whole, and how many wait behind it. */
export function ApprovalPane({ approvals, width, rows, look }: ApprovalPaneProps): ReactNode {
  const [first, ...rest] = approvals
  const title = rest.length > 0 ? `Wallet · ${rest.length} more wait` : 'Wallet'
  const lines = first === undefined ? ['  No intent waits.'] : linesOf(first)
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule(title, width, look)}</Text>
      <Text>
        {lines
          .slice(0, rows - 1)
          .map((line) => fit(line, width))
          .join('\n')}
      </Text>
    </Box>
  )
}

function linesOf({ app = 'A DApp', account, does, answersTo, warnings }: Approval): string[] {
  return [
    `  ${app} asks ${account} to`,
    `    ${does}`,
    ...(answersTo === undefined ? [] : [`  The answer goes to ${answersTo}`]),
    ...warnings.map((warning) => `  warning: ${warning}`),
    '',
    '  y approve    n deny    Esc later',
  ]
}
