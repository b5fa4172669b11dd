/** One intent from its address to its answer. */
import { ElaError } from '../../base/errors.ts'
import type { Lookup } from '../../identity/did-documents.ts'
import { checkToken } from '../../identity/token.ts'
import type { JsonObject } from '../../protocol/did/canonical-json.ts'
import { isObject } from '../../protocol/did/canonical-json.ts'
import type { Action } from './action.ts'
import { actionOf } from './actions.ts'
import { checkCaller } from './caller.ts'
import { IntentError } from './errors.ts'
import { type Hand, lookupOf, signerOf } from './hand.ts'
import { type Intent, parseIntent } from './intent.ts'
import { plainText } from './plain-text.ts'
import { type Reply, replyTo } from './reply.ts'

/** An intent that was read and found good, and waits for a yes or no. */
export interface Asked {
  readonly intent: Intent
  readonly action: Action
  readonly summary: IntentSummary
}

/** What whoever decides should know. */
export interface IntentSummary {
  readonly action: string
  readonly service: Intent['service']
  /** What a yes does. */
  readonly does: string
  readonly account: string
  readonly did: string
  /** The app, by its published name or its DID. */
  readonly app?: string
  /** Where the answer goes. */
  readonly answersTo?: string
  readonly warnings: readonly string[]
}

export interface IntentAnswer {
  readonly action: string
  readonly status: 'done' | 'denied' | 'failed'
  readonly result: JsonObject
  readonly reply: Reply
  /** Why it failed or was denied. */
  readonly error?: ElaError
}

/** Of a text from outside. */
const SHOWN = 500

/** Throws what `parseIntent`, `actionOf` and `checkCaller` do, and `intent/badParameter`. */
export async function readIntent(url: string, hand: Hand): Promise<Asked> {
  const intent = parseIntent(url)
  const action = actionOf(intent.service, intent.action)
  const does = plainText(action.describe(intent.params), SHOWN)
  const lookup = lookupOf(hand)
  const { name, warnings } = await checkCaller(intent, lookup)
  const app = shown(name ?? intent.appDid ?? intent.asker)
  const answersTo = shown(intent.redirectUrl ?? intent.callbackUrl)
  const summary = {
    action: intent.action,
    service: intent.service,
    does,
    account: hand.account.name,
    did: signerOf(hand).did,
    ...(app === undefined ? {} : { app }),
    ...(answersTo === undefined ? {} : { answersTo }),
    warnings: [...warnings, ...looseEnds(intent), ...(await tokenFaults(intent, lookup, hand))].map(
      (warning) => plainText(warning, SHOWN),
    ),
  }
  return { intent, action, summary }
}

function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : plainText(text, SHOWN)
}

function looseEnds({ params, appDid, redirectUrl, callbackUrl }: Intent): readonly string[] {
  const answers = redirectUrl ?? callbackUrl
  if (appDid !== undefined || answers === undefined || isObject(params['request'])) return []
  const { origin, protocol } = new URL(answers)
  const where = origin === 'null' ? `the app of ${protocol}//` : origin
  return [`No \`appdid\` says whose intent this is; the answer goes to ${where}.`]
}

/** Essentials takes any token; a back end that checks its own requests would not. */
async function tokenFaults(
  { token }: Intent,
  lookup: Lookup | undefined,
  hand: Hand,
): Promise<readonly string[]> {
  if (token === undefined || lookup === undefined) return []
  try {
    await checkToken(token, { lookup, time: hand.now() })
    return []
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return [`The request's token is not good, though Essentials does not look: ${error.message}`]
  }
}

/** Does what was asked. Never throws for what went wrong in doing it: that is an answer too. */
export async function performIntent({ intent, action }: Asked, hand: Hand): Promise<IntentAnswer> {
  try {
    const result = await action.perform(intent, hand)
    return { action: action.name, status: 'done', result, reply: replyTo(intent, result) }
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    const result = action.failed?.(error) ?? action.denied
    return { action: action.name, status: 'failed', result, reply: replyTo(intent, result), error }
  }
}

/** The answer of a user who says no. */
export function denyIntent(
  { intent, action }: Asked,
  error: ElaError = IntentError.denied(action.name),
): IntentAnswer {
  const result = action.denied
  return { action: action.name, status: 'denied', result, reply: replyTo(intent, result), error }
}
