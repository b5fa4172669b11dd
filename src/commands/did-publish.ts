/** `ela did publish`, `update` and `deactivate`. */
import { DidUseError } from '../identity/did-errors.ts'
import { keyOfName, plainDidOfName } from '../identity/did-keys.ts'
import { parseExpires, parseService } from '../identity/did-wishes.ts'
import {
  withCredential,
  withExpires,
  withoutCredential,
  withoutService,
  withService,
} from '../identity/document-edit.ts'
import { kindCredential } from '../identity/kind-credential.ts'
import { credentialOfText } from '../identity/verify-text.ts'
import {
  type Change,
  changeDid,
  currentOf,
  type DidDocument,
  endDid,
} from '../wallet/did-change.ts'
import type { Context } from './context.ts'
import {
  keyPlaceOf,
  type Prepared,
  payingFrom,
  prepare,
  saying,
  tellPublished,
} from './did-place.ts'
import { readInput } from './json-input.ts'

export interface SignFlags {
  /** Account that pays. */
  readonly from?: string
  /** Controller that signs first. */
  readonly as?: string
}

export interface PublishFlags extends SignFlags {
  readonly expires?: string
  readonly service?: readonly string[]
}

export interface UpdateFlags extends PublishFlags {
  readonly removeService?: readonly string[]
  readonly credential?: readonly string[]
  readonly removeCredential?: readonly string[]
}

export type Edit = (document: DidDocument) => DidDocument

export async function runPublish(
  typed: string | undefined,
  flags: PublishFlags,
  context: Context,
): Promise<void> {
  const edits = editsOf(flags)
  const prepared = await prepare(typed, flags, context)
  const { kind, signers } = prepared.authority
  await change(
    {
      schema: 'did publish',
      prepared,
      when: 'either',
      edit: (document, { time, isNew }) => {
        const [signer] = signers
        const edited = all(edits)(document)
        if (kind === undefined || signer === undefined || !isNew) return edited
        return withCredential(edited, kindCredential(kind, { document: edited, signer, time }))
      },
    },
    context,
  )
}

export async function runUpdate(
  typed: string | undefined,
  flags: UpdateFlags,
  context: Context,
): Promise<void> {
  const credentials = await Promise.all(
    (flags.credential ?? []).map(async (file) => credentialOfText(await readInput(file, context))),
  )
  const edits: readonly Edit[] = [
    ...(flags.removeService ?? []).map(
      (id): Edit =>
        (one) =>
          withoutService(one, id),
    ),
    ...(flags.removeCredential ?? []).map(
      (id): Edit =>
        (one) =>
          withoutCredential(one, id),
    ),
    ...editsOf(flags),
    ...credentials.map(
      (added): Edit =>
        (one) =>
          withCredential(one, added),
    ),
  ]
  const prepared = await prepare(typed, flags, context)
  if (edits.length === 0) throw DidUseError.nothingToChange(prepared.authority.name)
  await change({ schema: 'did update', prepared, when: 'there', edit: all(edits) }, context)
}

function editsOf({ expires, service = [] }: PublishFlags): readonly Edit[] {
  const services = service.map(parseService)
  const end = expires === undefined ? undefined : parseExpires(expires)
  return [
    ...services.map(
      (added): Edit =>
        (one) =>
          withService(one, added),
    ),
    ...(end === undefined ? [] : [(one: DidDocument) => withExpires(one, end)]),
  ]
}

function all(edits: readonly Edit[]): Edit {
  return (document) => edits.reduce((before, edit) => edit(before), document)
}

interface Wish extends Pick<Change, 'when' | 'edit'> {
  readonly schema: string
  readonly prepared: Prepared
}

export async function change({ schema, prepared, ...how }: Wish, context: Context): Promise<void> {
  const { authority, paying } = prepared
  const done = await saying(context, () => changeDid({ authority, paying, ...how }))
  tellPublished(schema, { name: authority.name, ...done }, context)
}

export async function runDeactivate(
  typed: string,
  { from, as }: SignFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  // Another's DID is ended with an authorization key; a controller's `--as` only chooses who signs.
  const isOwn = as === undefined || (await isControlled(typed, context))
  if (isOwn) {
    const { authority, paying } = await prepare(
      typed,
      { ...(from && { from }), ...(as && { as }) },
      context,
    )
    const { signers } = authority
    const done = await saying(context, () => endDid(authority.did, { signers }, paying))
    return tellPublished('did deactivate', { name: authority.name, ...done }, context)
  }
  const { did, privateKey, isAccount, name } = await keyOfName(as, place)
  const paying = payingFrom(from ?? (isAccount ? name : undefined), context)
  const ended = plainDidOfName(typed, place)
  const by = { did, privateKey }
  const done = await saying(context, () => endDid(ended, { signers: [], by }, paying))
  tellPublished('did deactivate', { name: typed, ...done }, context)
}

async function isControlled(typed: string, context: Context): Promise<boolean> {
  const place = keyPlaceOf(context)
  const { chain } = payingFrom(undefined, context)
  const current = await currentOf(plainDidOfName(typed, place), chain.rpc)
  return current?.document.controller !== undefined
}
