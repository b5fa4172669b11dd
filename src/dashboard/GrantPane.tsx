import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { GrantPrompt } from './dapp-state.ts'
import { fit, type Look, rule } from './look.ts'

export interface GrantPaneProps {
  readonly prompts: readonly GrantPrompt[]
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** What the DApp has waited for longest, whole, and how much waits behind it. */
export function GrantPane({ prompts, width, rows, look }: GrantPaneProps): ReactNode {
  const [first, ...rest] = prompts
  const title = rest.length > 0 ? `Grants · ${rest.length} more wait` : 'Grants'
  const lines = first === undefined ? ['  The DApp asks for nothing.'] : linesOf(first)
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

function linesOf({ name, app, ask }: GrantPrompt): readonly string[] {
  const { capability, summary, lines, reason } = ask
  const hasOld = lines.some(({ isNew }) => !isNew)
  return [
    `  ${name} (${app}) asks for ${capability}: ${summary}`,
    ...lines.map(({ text, isNew }) => `  ${hasOld ? (isNew ? '+' : ' ') : '·'} ${text}`),
    reason === undefined ? '  It gives no reason.' : `  Its reason: “${reason}”`,
    '',
    '  o once    r for this release    a always    n never    Esc later',
  ]
}
