import type { ReactNode } from 'react'
import type { GrantPrompt } from './dapp-state.ts'
import type { Look } from './look.ts'
import { QuestionPane } from './QuestionPane.tsx'

export interface GrantPaneProps {
  readonly prompts: readonly GrantPrompt[]
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** What the DApp has waited for longest, whole, and how much waits behind it. */
export function GrantPane({ prompts, width, rows, look }: GrantPaneProps): ReactNode {
  const [first] = prompts
  const lines = first === undefined ? ['  The DApp asks for nothing.'] : linesOf(first)
  const { length: count } = prompts
  return <QuestionPane {...{ title: 'Grants', count, lines, width, rows, look }} />
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
