/** `ela did new`, `import` and `use`: the list of DIDs, nothing on the chain. */
import { findSession } from '../devnet/session.ts'
import { importDid, planCustomized } from '../identity/did-import.ts'
import { didOfName, newDid } from '../identity/did-keys.ts'
import { type DidKind, readDidList, writeDidList } from '../identity/did-list.ts'
import type { Context } from './context.ts'
import { eidOf, keyPlaceOf } from './did-place.ts'

export interface NewFlags {
  readonly custom?: string
  readonly controllers?: string
  readonly multisig?: string
  readonly kind?: DidKind
}

export interface ImportFlags {
  readonly index?: number
  readonly key?: string
}

export async function runNew(
  name: string | undefined,
  { custom, controllers = 'alice', multisig, kind }: NewFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  const made =
    custom === undefined
      ? await newDid({ name, kind }, place)
      : planCustomized({ custom, name, controllers, multisig }, place)
  const { isAccount: _, ...data } = { isAccount: false, ...made }
  context.printer.answer('did new', data, () => `${made.name} ${made.did}`)
  context.printer.say(`Publish it with \`ela did publish ${made.name}\`.`)
}

export async function runImport(
  name: string,
  did: string | undefined,
  flags: ImportFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  const rpc = () => eidOf(findSession(context)).rpc
  const made = await importDid({ name, did, ...flags }, { place, rpc })
  context.printer.answer('did import', made, (data) => `${data.name} ${data.did}`)
}

export function runUse(typed: string, context: Context): void {
  const place = keyPlaceOf(context)
  const found = didOfName(typed, place)
  const { name, did } = typeof found === 'string' ? { name: typed, did: found } : found
  writeDidList(place.file, { ...readDidList(place.file), inUse: name })
  context.printer.answer('did use', { name, did }, (data) => `${data.name} ${data.did} is in use`)
}
