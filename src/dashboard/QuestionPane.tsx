import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { fit, type Look, rule } from './look.ts'

export interface QuestionPaneProps {
  readonly title: string
  /** How many questions there are. */
  readonly count: number
  /** The one that has waited longest, whole. */
  readonly lines: readonly string[]
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** A question to the user, and how many wait behind it. */
export function QuestionPane({
  title,
  count,
  lines,
  width,
  rows,
  look,
}: QuestionPaneProps): ReactNode {
  const whole = count > 1 ? `${title} · ${count - 1} more wait` : title
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule(whole, width, look)}</Text>
      <Text>
        {lines
          .slice(0, rows - 1)
          .map((line) => fit(line, width))
          .join('\n')}
      </Text>
    </Box>
  )
}
