/** `ela app register` and `ela app lint`. */
import { findSession } from '../devnet/session.ts'
import { appInfo } from '../identity/app-info.ts'
import { lintApp } from '../identity/app-lint.ts'
import { authorityOf } from '../identity/did-authority.ts'
import { namedDids, newDid, plainDidOfName } from '../identity/did-keys.ts'
import { registerApp } from '../wallet/app-register.ts'
import type { Context } from './context.ts'
import { eidOf, keyPlaceOf, payingFrom, saying } from './did-place.ts'

export interface RegisterFlags {
  readonly title?: string
  readonly icon: string
  readonly redirect?: string
  readonly callback?: string
  readonly scheme?: string
  readonly developer?: string
  readonly from?: string
}

export async function runRegister(
  name: string,
  { title = name, developer = 'alice', from, ...flags }: RegisterFlags,
  context: Context,
): Promise<void> {
  const info = appInfo({ title, ...flags })
  const { rpc } = eidOf(findSession(context))
  const place = keyPlaceOf(context)
  const owner = await authorityOf(developer, { place, rpc: () => rpc })
  if (!namedDids(place).some((one) => one.name === name || one.did === name)) {
    if (!name.startsWith('did:')) await newDid({ name }, place)
  }
  const app = await authorityOf(name, { place, rpc: () => rpc })
  const paying = payingFrom(from ?? owner.account, context)
  const done = await saying(context, () => registerApp({ app, developer: owner, info, paying }))
  const { did, operation, txid, height, status } = done.app
  const data = {
    name,
    did,
    developer: owner.did,
    operation,
    txid,
    status,
    ...(height === undefined ? {} : { height }),
    info: { ...info, developer: { did: owner.did } },
    developerPublished: done.developer !== undefined,
  }
  context.printer.answer('app register', data, (_, paint) =>
    [
      `${paint('bold', info.name)} ${did} ${operation === 'create' ? 'published' : 'updated'}`,
      `developer ${owner.did}${data.developerPublished ? ' published' : ''}`,
      ...Object.entries(info.endpoints).map(([key, value]) => `${key} ${String(value)}`),
      `transaction ${txid}`,
    ].join('\n'),
  )
  if (status === 'pending') context.printer.say('Make a block with `ela mine --on eid`.')
}

/** Exit code 1 when wallets would refuse the app. */
export async function runLint(typed: string, context: Context): Promise<void> {
  const { rpc } = eidOf(findSession(context))
  const did = plainDidOfName(typed, keyPlaceOf(context))
  const report = await lintApp(did, rpc, Math.floor(Date.now() / 1000))
  const errors = report.findings.filter(({ level }) => level === 'error').length
  const data = { ...report, errors, warnings: report.findings.length - errors }
  context.printer.answer('app lint', data, ({ findings }, paint) =>
    findings.length === 0
      ? `${paint('green', 'good')} ${did}`
      : findings
          .map(({ level, rule, message }) => {
            const color = level === 'error' ? 'red' : 'yellow'
            return `${paint(color, level)} ${rule}: ${message}`
          })
          .join('\n'),
  )
  if (errors > 0) context.exitWith(1)
}
