/** `ela wallet list`, `approve` and `deny`: talk to the wallet that serves. */
import type { Paint } from '../base/printer.ts'
import { projectAround } from '../identity/did-list.ts'
import type { WaitingIntent } from '../wallet/intents/desk.ts'
import { IntentError } from '../wallet/intents/errors.ts'
import type { Decision } from '../wallet/intents/rules.ts'
import { ask, needServer, type ServerPlace, serverFile } from '../wallet/intents/server-file.ts'
import type { Context } from './context.ts'
import { runningSession } from './did-place.ts'

export interface DecideFlags {
  readonly all?: boolean
  readonly action?: string
  readonly once?: boolean
}

interface Listed {
  readonly waiting: readonly WaitingIntent[]
  readonly rules: Readonly<Record<string, Decision>>
}

export async function runList(context: Context): Promise<void> {
  const listed = (await ask(await serverOf(context), '/intents')) as Listed
  context.printer.answer('wallet list', listed, textOf)
}

export async function runDecide(
  decision: Decision,
  id: string | undefined,
  { flags, context }: { readonly flags: DecideFlags; readonly context: Context },
): Promise<void> {
  const { all = false, action, once = false } = flags
  const given = [id, action, all ? true : undefined].filter((one) => one !== undefined)
  if (given.length !== 1) throw IntentError.oneDecision('a number, `--all` or `--action`')
  const wish = id === undefined ? { once, ...(all ? { all } : { action }) } : { id }
  const reply = await ask(await serverOf(context), '/decisions', { decision, ...wish })
  const { decided } = reply as { decided: number }
  const rule = id === undefined && !once ? { rule: all ? '*' : action } : {}
  context.printer.answer(`wallet ${decision}`, { decision, decided, ...rule }, () => {
    const done = decision === 'approve' ? 'approved' : 'denied'
    const which = all ? 'every intent' : `every \`${action}\``
    const waited = `${decided} waiting ${decided === 1 ? 'intent' : 'intents'} ${done}`
    return 'rule' in rule ? `${waited}; ${which} that comes will be ${done}` : waited
  })
}

/** Throws `intent/noServer`. */
function serverOf(context: Context): Promise<ServerPlace> {
  const project = runningSession(context)?.folder ?? projectAround(context.cwd)
  return needServer(serverFile(project))
}

function textOf({ waiting, rules }: Listed, paint: Paint): string {
  const lines = waiting.map(({ id, action, does, account, app, answersTo }) => {
    const who = app === undefined ? '' : ` for ${app}`
    const where = answersTo === undefined ? '' : paint('dim', `  answers to ${answersTo}`)
    return `${paint('bold', id.padStart(3))}  ${action.padEnd(18)} ${account}: ${does}${who}${where}`
  })
  const ruled = Object.entries(rules).map(
    ([action, decision]) => `rule  ${action === '*' ? 'every action' : action}: ${decision}`,
  )
  return [...(lines.length === 0 ? ['no intent waits'] : lines), ...ruled].join('\n')
}
