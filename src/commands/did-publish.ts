/** `ela did publish` and `ela did deactivate`. */
import type { Paint } from '../base/printer.ts'
import { findSession } from '../devnet/session.ts'
import { type DidKey, keyOfName } from '../identity/did-keys.ts'
import { parseExpires, parseService } from '../identity/did-wishes.ts'
import { accountOfName } from '../wallet/account-names.ts'
import { deactivateDid, type PublishedDid, publishDid } from '../wallet/did-publish.ts'
import type { Context } from './context.ts'
import { eidOf, keyPlaceOf } from './did-place.ts'

export interface PublishFlags {
  readonly from?: string
  readonly expires?: string
  readonly service?: readonly string[]
}

const WAIT_MS = 10_000
const SAY_AFTER_MS = 200

export async function runPublish(
  name: string,
  { from, expires, service = [] }: PublishFlags,
  context: Context,
): Promise<void> {
  const wishes = {
    services: service.map(parseService),
    expires: expires === undefined ? undefined : parseExpires(expires),
  }
  const { key, sending } = await prepare(name, from, context)
  const done = await saying(context, () => publishDid({ ...sending, ...wishes }))
  answer('did publish', key, done, context)
}

export async function runDeactivate(
  name: string,
  { from }: { readonly from?: string },
  context: Context,
): Promise<void> {
  const { key, sending } = await prepare(name, from, context)
  const done = await saying(context, () => deactivateDid(sending))
  answer('did deactivate', key, done, context)
}

async function prepare(name: string, from: string | undefined, context: Context) {
  const chain = eidOf(findSession(context))
  const key = await keyOfName(name, keyPlaceOf(context))
  const payer = accountOfName(from ?? (key.isAccount ? key.name : 'alice'), 'eid')
  const sending = {
    chain,
    didKey: key.privateKey,
    payerKey: payer.evm.privateKey,
    waitMs: WAIT_MS,
    signal: context.signal,
  }
  return { key, sending }
}

async function saying<T>({ printer }: Context, run: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => printer.say('Waiting for a block of EID …'), SAY_AFTER_MS)
  try {
    return await run()
  } finally {
    clearTimeout(timer)
  }
}

const verbs: Readonly<Record<string, string>> = {
  create: 'published',
  update: 'updated',
  deactivate: 'deactivated',
}

function answer(
  schema: 'did publish' | 'did deactivate',
  { name }: DidKey,
  done: PublishedDid,
  { printer }: Context,
): void {
  printer.answer(schema, { name, ...done }, (data, paint: Paint) => {
    const { did, operation, txid, height, gasUsed, status } = data
    const verb = status === 'mined' ? verbs[operation] : 'sent, waits for a block'
    const mined = height === undefined ? '' : ` in block ${height}, ${gasUsed} gas`
    return `${paint('bold', name)} ${did} ${verb}${mined}\ntransaction ${txid}`
  })
  if (done.status === 'pending') printer.say('Make a block with `ela mine --on eid`.')
}
