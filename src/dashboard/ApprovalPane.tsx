import type { ReactNode } from 'react'
import type { Approval } from './approvals.ts'
import type { Look } from './look.ts'
import { QuestionPane } from './QuestionPane.tsx'

export interface ApprovalPaneProps {
  readonly approvals: readonly Approval[]
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** The intent that has waited longest, whole, and how many wait behind it. */
export function ApprovalPane({ approvals, width, rows, look }: ApprovalPaneProps): ReactNode {
  const [first] = approvals
  const lines = first === undefined ? ['  No intent waits.'] : linesOf(first)
  const { length: count } = approvals
  return <QuestionPane {...{ title: 'Wallet', count, lines, width, rows, look }} />
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
