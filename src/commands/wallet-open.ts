/** `ela wallet open`: one intent, for scripts and CI. */
import type { Paint } from '../base/printer.ts'
import { findSession } from '../devnet/session.ts'
import {
  type Asked,
  denyIntent,
  type IntentAnswer,
  performIntent,
  readIntent,
} from '../wallet/intents/answer.ts'
import { deliver } from '../wallet/intents/desk.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import type { Context } from './context.ts'
import { handOf } from './wallet-hand.ts'

export interface OpenFlags {
  readonly as: string
  readonly approve?: boolean
  readonly deny?: boolean
}

/**
 * Throws `intent/nobodyApproves` when neither flag nor person says yes or no, `intent/denied` after
 * the refusal is delivered, and what went wrong after the failure is delivered.
 */
export async function runOpen(url: string, flags: OpenFlags, context: Context): Promise<void> {
  const { printer, signal } = context
  if (flags.approve === true && flags.deny === true) {
    throw IntentError.oneDecision('`--approve` or `--deny`')
  }
  const hand = handOf(findSession(context), flags.as, signal)
  const asked = await readIntent(url, hand)
  for (const warning of asked.summary.warnings) printer.warn(warning)
  const yes = await decision(asked, flags, context)
  const answer = await deliver(yes ? await performIntent(asked, hand) : denyIntent(asked))
  if (answer.error !== undefined) {
    // The DApp has to be told all the same; who runs a script can open this.
    if (answer.reply.way === 'redirect') printer.say(`The DApp's answer: ${answer.reply.url}`)
    throw answer.error
  }
  const { action, result, reply } = answer
  const data = { action, account: hand.account.name, did: asked.summary.did, result, reply }
  printer.answer('wallet open', data, (_, paint) => textOf(answer, paint))
}

/** Throws `intent/nobodyApproves` when neither flag nor person says yes or no. */
export async function decision(
  { summary, action }: Asked,
  { approve, deny }: Pick<OpenFlags, 'approve' | 'deny'>,
  { interactive }: Context,
): Promise<boolean> {
  if (approve === true) return true
  if (deny === true) return false
  if (!interactive) throw IntentError.nobodyApproves(action.name, '--approve')
  const { confirm, isCancel } = await import('@clack/prompts')
  const app = summary.app === undefined ? 'A DApp' : summary.app
  const message = `${app} asks ${summary.account} to ${summary.does}. Approve?`
  const yes = await confirm({ message, initialValue: false, output: process.stderr })
  return !isCancel(yes) && yes
}

function textOf({ result, reply }: IntentAnswer, paint: Paint): string {
  if (reply.way === 'redirect') return reply.url
  const text = JSON.stringify(result, undefined, 2)
  return reply.way === 'callback' ? `${text}\n${paint('dim', `posted to ${reply.url}`)}` : text
}
