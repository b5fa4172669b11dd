/** Who may say something of an app's releases: owners and publishers. */
import { plainDidOfName } from '../identity/did-keys.ts'
import { addressOfName } from '../wallet/account-names.ts'
import { acceptApp, offerApp, setPublisher } from '../wallet/registry/registry.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { CommandError } from './errors.ts'
import { releasePlaceOf } from './release-place.ts'
import { answer, type ReleaseFlags, tell } from './release-run.ts'

export interface DelegateFlags extends ReleaseFlags {
  /** Milliseconds. */
  readonly for?: number
  readonly end?: boolean
}

export async function runDelegate(
  typed: string,
  address: string,
  flags: DelegateFlags,
  context: Context,
): Promise<void> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const publisher = addressOfName(address, 'esc')
  if ((flags.for === undefined) === (flags.end !== true)) {
    throw CommandError.oneOfTwo('--for', '--end')
  }
  const place = await releasePlaceOf(flags, context)
  const until = flags.for === undefined ? 0 : place.time + Math.floor(flags.for / 1_000)
  const what = `let ${publisher} publish for ${app}`
  const sent = await tell(what, { place, flags }, context, (teller) =>
    setPublisher(teller, { did: app, publisher, until }),
  )
  const end = until === 0 ? null : new Date(until * 1_000).toISOString()
  answer('release delegate', { app, publisher, until: end }, sent, context)
}

export async function runTransfer(
  typed: string,
  address: string,
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const to = addressOfName(address, 'esc')
  const place = await releasePlaceOf(flags, context)
  const sent = await tell(`offer ${app} to ${to}`, { place, flags }, context, (teller) =>
    offerApp(teller, app, to),
  )
  answer('release transfer', { app, to }, sent, context)
}

export async function runAccept(
  typed: string,
  flags: ReleaseFlags,
  context: Context,
): Promise<void> {
  const app = plainDidOfName(typed, keyPlaceOf(context))
  const place = await releasePlaceOf(flags, context)
  const sent = await tell(`take over ${app}`, { place, flags }, context, (teller) =>
    acceptApp(teller, app),
  )
  answer('release accept', { app, owner: sent.from }, sent, context)
}
