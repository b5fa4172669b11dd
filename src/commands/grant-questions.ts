/** Asks on the terminal what a DApp may. Questions are talk: stdout is the answer's. */
import { isCancel, select } from '@clack/prompts'
import type { GrantAnswer } from '../runtime/events.ts'
import type { AskForGrant } from '../runtime/grant-desk.ts'
import { CommandError } from './errors.ts'

const output = process.stderr

/** Throws `command/grantsLeft` when the user leaves. */
export const askOnTerminal: AskForGrant = async (question, desk) => {
  const { capability } = question
  for (const line of desk.lines([question])) output.write(`${line}\n`)
  const answer = await select<GrantAnswer>({
    message: `Grant ${capability}?`,
    options: [
      { value: 'once', label: 'once', hint: 'until it is closed' },
      { value: 'release', label: 'for this release' },
      { value: 'always', label: 'always', hint: 'also to later releases that ask for no more' },
      { value: 'never', label: 'never' },
    ],
    output,
  })
  if (isCancel(answer)) throw CommandError.grantsLeft()
  return answer
}
