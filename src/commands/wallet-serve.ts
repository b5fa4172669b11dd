/** `ela wallet serve`: the wallet on a port of this machine. */
import { findSession } from '../devnet/session.ts'
import { accountOfName } from '../wallet/account-names.ts'
import { ACTIONS } from '../wallet/intents/actions.ts'
import { IntentDesk, type IntentEvent } from '../wallet/intents/desk.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import { ApprovalRules, type Decision, EVERY_ACTION } from '../wallet/intents/rules.ts'
import { serveWallet } from '../wallet/intents/server.ts'
import {
  findServer,
  removeServerFile,
  serverFile,
  writeServerFile,
} from '../wallet/intents/server-file.ts'
import type { Context } from './context.ts'
import { handOf } from './wallet-hand.ts'

export interface ServeFlags {
  readonly port: string
  readonly as: string
  readonly approve?: string
  readonly deny?: string
  readonly patience: number
}

export async function runServe(flags: ServeFlags, context: Context): Promise<void> {
  const { printer, signal } = context
  const session = findSession(context)
  const { name: account } = accountOfName(flags.as, 'eid')
  const file = serverFile(session.folder)
  const other = await findServer(file)
  if (other !== undefined) throw IntentError.alreadyServing(other.url, other.pid)
  const desk = new IntentDesk({
    // The devnet can have been started anew meanwhile, on other ports.
    handOf: (named = account) => handOf(findSession(context), named, signal),
    rules: rulesOf(flags),
    patienceMs: flags.patience,
  })
  await using server = await serveWallet(desk, portOf(flags.port))
  writeServerFile(file, { url: server.url, token: server.token, pid: process.pid, account })
  try {
    desk.subscribe((event) => tell(event, context))
    const data = { url: server.url, account, file, rules: desk.rules.all() }
    printer.answer('wallet serve', data, () => `${account}'s wallet answers at ${server.url}`)
    await whenAborted(signal)
  } finally {
    removeServerFile(file)
  }
}

function tell(event: IntentEvent, { printer }: Context): void {
  printer.event(event)
  if (event.event === 'intent-waiting') {
    const { id, does, account, app = 'A DApp', warnings } = event.intent
    printer.say(`${id}: ${app} asks ${account} to ${does}. \`ela wallet approve ${id}\`?`)
    for (const warning of warnings) printer.warn(warning)
  } else {
    const { id, action, status, code } = event
    printer.say(`${id}: ${action} ${status}${code === undefined ? '' : ` (${code})`}`)
  }
}

function rulesOf({ approve, deny }: ServeFlags): ApprovalRules {
  const rules = new ApprovalRules()
  const wishes: readonly (readonly [string | undefined, Decision])[] = [
    [approve, 'approve'],
    [deny, 'deny'],
  ]
  const named = wishes.flatMap(([text, decision]) =>
    actionsIn(text).map((action) => ({ action, decision })),
  )
  // The rule for all first: it would replace the others.
  for (const { action, decision } of named.filter((one) => one.action === EVERY_ACTION)) {
    rules.set(action, decision)
  }
  for (const { action, decision } of named.filter((one) => one.action !== EVERY_ACTION)) {
    rules.set(action, decision)
  }
  return rules
}

function actionsIn(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const known = ACTIONS.map(({ name }) => name)
  return text.split(',').map((part) => {
    const name = part.trim()
    if (name === 'all') return EVERY_ACTION
    if (!known.includes(name)) throw IntentError.unknownAction(name, ['all', ...known])
    return name
  })
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw IntentError.badPort(text)
  return port
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
