/** `ela did key` and `ela did service`: parts of a document. */
import { DidUseError } from '../identity/did-errors.ts'
import { plainDidOfName } from '../identity/did-keys.ts'
import { parsePublicKey, parseService } from '../identity/did-wishes.ts'
import { withKey, withoutKey, withoutService, withService } from '../identity/document-edit.ts'
import { defaultKeyOf } from '../wallet/did-change.ts'
import type { Context } from './context.ts'
import { keyPlaceOf, prepare } from './did-place.ts'
import { change, type Edit, type SignFlags } from './did-publish.ts'

export interface AddKeyFlags extends SignFlags {
  readonly publicKey?: string
  readonly of?: string
  readonly authorize?: string
}

/** A key of the document's own, or with `--authorize` the default key of another. */
export async function runKeyAdd(
  typed: string,
  id: string,
  flags: AddKeyFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  const prepared = await prepare(typed, flags, context)
  const { rpc } = prepared.paying.chain
  const whose = flags.authorize ?? flags.of
  const other = whose === undefined ? undefined : plainDidOfName(whose, place)
  const publicKey =
    flags.publicKey !== undefined
      ? parsePublicKey(flags.publicKey)
      : other === undefined
        ? undefined
        : await defaultKeyOf(other, { rpc, place })
  if (publicKey === undefined) throw DidUseError.keyNeeded()
  const controller = flags.authorize === undefined ? undefined : other
  const edit: Edit = (one) => withKey(one, { fragment: id, publicKey, controller })
  await change({ schema: 'did key add', prepared, when: 'there', edit }, context)
}

export async function runKeyRemove(
  typed: string,
  id: string,
  flags: SignFlags,
  context: Context,
): Promise<void> {
  const prepared = await prepare(typed, flags, context)
  const edit: Edit = (one) => withoutKey(one, id)
  await change({ schema: 'did key remove', prepared, when: 'there', edit }, context)
}

export async function runServiceAdd(
  typed: string,
  service: string,
  flags: SignFlags,
  context: Context,
): Promise<void> {
  const added = parseService(service)
  const prepared = await prepare(typed, flags, context)
  const edit: Edit = (one) => withService(one, added)
  await change({ schema: 'did service add', prepared, when: 'there', edit }, context)
}

export async function runServiceRemove(
  typed: string,
  id: string,
  flags: SignFlags,
  context: Context,
): Promise<void> {
  const prepared = await prepare(typed, flags, context)
  const edit: Edit = (one) => withoutService(one, id)
  await change({ schema: 'did service remove', prepared, when: 'there', edit }, context)
}
