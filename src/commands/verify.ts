/** `ela did verify`, `ela credential verify` and `ela presentation verify`. */
import type { Paint } from '../base/printer.ts'
import { lookupOn } from '../identity/chain-lookup.ts'
import { checkCredential } from '../identity/credential.ts'
import type { Lookup } from '../identity/did-documents.ts'
import { resolveDid } from '../identity/did-resolve.ts'
import { parseInstant } from '../identity/did-wishes.ts'
import { DocumentError } from '../identity/document-errors.ts'
import { checkPresentation } from '../identity/presentation.ts'
import { checkDocument, checkGenuineTicket } from '../identity/verify-document.ts'
import { lookupAmong, lookupAt } from '../identity/verify-lookup.ts'
import {
  credentialOfText,
  documentOfText,
  documentOrTicketOfText,
  presentationOfText,
} from '../identity/verify-text.ts'
import type { Context } from './context.ts'
import { eidRpcOf } from './did-place.ts'
import { readInput } from './json-input.ts'

export interface VerifyFlags {
  readonly at?: string
  readonly with?: readonly string[]
}

export interface QuestionFlags extends VerifyFlags {
  readonly nonce?: string
  readonly realm?: string
}

interface World {
  readonly lookup: Lookup
  /** Seconds since 1970. */
  readonly time: number
  /** Of the chain, when it is asked. */
  readonly rpc: string | undefined
}

export async function runVerifyDid(
  file: string,
  flags: VerifyFlags,
  context: Context,
): Promise<void> {
  const world = await worldOf(flags, context)
  const found = documentOrTicketOfText(await readInput(file, context))
  if ('txid' in found) {
    await checkCurrent(found.id, found.txid, world)
    await checkGenuineTicket(found, lookupAt(world.lookup, world.time))
    const { id, to, txid } = found
    return tell('did verify', { kind: 'ticket', id, to, txid }, context)
  }
  await checkDocument(found, world.lookup, world.time)
  const { id, expires } = found
  tell('did verify', { kind: 'document', id, expires }, context)
}

/** A ticket is for the last transaction of its DID; files do not tell which that is. */
async function checkCurrent(did: string, txid: string, { rpc }: World): Promise<void> {
  if (rpc === undefined) return
  const [last] = (await resolveDid(rpc, did)).transactions
  if (last?.txid !== txid.replace(/^0x/, '')) throw DocumentError.outdatedTicket(did)
}

export async function runVerifyCredential(
  file: string,
  flags: VerifyFlags,
  context: Context,
): Promise<void> {
  const { lookup, time } = await worldOf(flags, context)
  const credential = credentialOfText(await readInput(file, context))
  await checkCredential(credential, lookupAt(lookup, time), time)
  const { id, type, issuer, expirationDate, credentialSubject } = credential
  const expires = expirationDate === '' ? {} : { expires: expirationDate }
  const data = { kind: 'credential', id, type, issuer, ...expires, credentialSubject }
  tell('credential verify', data, context)
}

export async function runVerifyPresentation(
  file: string,
  flags: QuestionFlags,
  context: Context,
): Promise<void> {
  const { lookup, time } = await worldOf(flags, context)
  const presentation = presentationOfText(await readInput(file, context))
  const { id, proof, credentials } = presentation
  const { nonce = proof.nonce, realm = proof.realm } = flags
  const world = { lookup: lookupAt(lookup, time), time }
  const holder = await checkPresentation(presentation, { nonce, realm }, world)
  const data = {
    kind: 'presentation',
    id: id === '' ? `of ${holder}` : id,
    holder,
    nonce: proof.nonce,
    realm: proof.realm,
    credentials: credentials.map((one) => one.id),
  }
  tell('presentation verify', data, context)
}

async function worldOf(flags: VerifyFlags, context: Context): Promise<World> {
  const time = flags.at === undefined ? Math.floor(Date.now() / 1000) : parseInstant(flags.at)
  const texts = await Promise.all((flags.with ?? []).map((file) => readInput(file, context)))
  if (texts.length > 0) {
    return { lookup: lookupAmong(texts.map(documentOfText)), time, rpc: undefined }
  }
  const rpc = eidRpcOf(context)
  return { lookup: rpc === undefined ? lookupAmong([]) : lookupOn(rpc), time, rpc }
}

function tell<T extends { readonly kind: string; readonly id: string; readonly expires?: string }>(
  schema: string,
  data: T,
  { printer }: Context,
): void {
  printer.answer(schema, data, ({ kind, id, expires }, paint: Paint) => {
    const until = expires === undefined ? '' : ` until ${expires}`
    return `${paint('green', 'valid')} ${kind} ${id}${until}`
  })
}
