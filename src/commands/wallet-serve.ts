/** `ela wallet serve`: the wallet on a port of this machine. */
import { ACTIONS } from '../wallet/intents/actions.ts'
import type { IntentEvent } from '../wallet/intents/desk.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import { ApprovalRules, type Decision, EVERY_ACTION } from '../wallet/intents/rules.ts'
import type { Context } from './context.ts'
import { openWallet } from './wallet-desk.ts'

export interface ServeFlags {
  readonly port: string
  readonly as: string
  readonly approve?: string
  readonly deny?: string
  readonly patience: number
  readonly hive?: string
}

export async function runServe(flags: ServeFlags, context: Context): Promise<void> {
  const { printer, signal } = context
  await using wallet = await openWallet(context, {
    account: flags.as,
    rules: rulesOf(flags),
    patienceMs: flags.patience,
    port: portOf(flags.port),
    hive: flags.hive,
  })
  wallet.desk.subscribe((event) => tell(event, context))
  const { url, account, file, desk } = wallet
  printer.answer(
    'wallet serve',
    { url, account, file, rules: desk.rules.all() },
    () => `${account}'s wallet answers at ${url}`,
  )
  await whenAborted(signal)
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
