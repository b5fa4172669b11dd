/** `ela credential issue` and `ela did present`: signed texts, nothing on the chain. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findSession } from '../devnet/session.ts'
import { SELF_PROCLAIMED } from '../identity/credential.ts'
import { embeddedCredentials } from '../identity/credential-list.ts'
import { authorityOf } from '../identity/did-authority.ts'
import { DEFAULT_YEARS, yearsAfter } from '../identity/did-document.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { type KeyPlace, plainDidOfName } from '../identity/did-keys.ts'
import { parseExpires } from '../identity/did-wishes.ts'
import { issueAs, parseClaims, presentAs } from '../identity/issue.ts'
import { credentialJson, credentialOfText, presentationJson } from '../identity/verify-text.ts'
import type { Context } from './context.ts'
import { eidOf, keyPlaceOf, namedOrInUse } from './did-place.ts'
import { readInput } from './json-input.ts'

export interface IssueFlags {
  readonly issuer?: string
  readonly to?: string
  readonly type?: readonly string[]
  readonly claim?: readonly string[]
  readonly claims?: string
  readonly expires?: string
  readonly out?: string
  readonly as?: string
}

export interface PresentFlags {
  readonly credential?: readonly string[]
  readonly id?: readonly string[]
  readonly nonce: string
  readonly realm: string
  readonly out?: string
  readonly as?: string
}

export async function runIssue(id: string, flags: IssueFlags, context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const object = flags.claims === undefined ? undefined : await readInput(flags.claims, context)
  const properties = parseClaims(flags.claim ?? [], object)
  const authority = await signing(namedOrInUse(flags.issuer, place), flags.as, place, context)
  const subject = flags.to === undefined ? authority.did : plainDidOfName(flags.to, place)
  const time = Math.floor(Date.now() / 1000)
  const isOwn = subject === authority.did
  const credential = issueAs(authority, {
    subject,
    fragment: id,
    types: flags.type ?? (isOwn ? [SELF_PROCLAIMED] : []),
    properties,
    time,
    expires:
      flags.expires === undefined ? yearsAfter(time, DEFAULT_YEARS) : parseExpires(flags.expires),
  })
  await hand(
    'credential issue',
    'credential',
    { json: credentialJson(credential), ...flags },
    context,
  )
}

export async function runPresent(
  typed: string | undefined,
  flags: PresentFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  const authority = await signing(namedOrInUse(typed, place), flags.as, place, context)
  const texts = await Promise.all((flags.credential ?? []).map((file) => readInput(file, context)))
  const presentation = presentAs(authority, {
    credentials: [
      ...texts.map(credentialOfText),
      ...(await embeddedNamed(authority.did, flags.id ?? [], context)),
    ],
    nonce: flags.nonce,
    realm: flags.realm,
    time: Math.floor(Date.now() / 1000),
  })
  const json = presentationJson(presentation)
  await hand('did present', 'presentation', { json, ...flags }, context)
}

/** Without a devnet only DIDs with a key of their own can sign: controllers are on the chain. */
function signing(typed: string, as: string | undefined, place: KeyPlace, context: Context) {
  return authorityOf(typed, { place, rpc: () => eidOf(findSession(context)).rpc, as })
}

async function embeddedNamed(did: string, ids: readonly string[], context: Context) {
  if (ids.length === 0) return []
  const embedded = await embeddedCredentials(did, eidOf(findSession(context)).rpc)
  return ids.map((id) => {
    const full = id.startsWith('did:') ? id : `${did}#${id.replace(/^#/, '')}`
    const found = embedded.find((one) => one.id === full)
    if (found === undefined) throw DidUseError.noSuchCredential(did, id)
    return found
  })
}

/** Into the file, or onto stdout where the next program reads it. */
async function hand(
  schema: string,
  name: 'credential' | 'presentation',
  { json, out }: { readonly json: unknown; readonly out?: string },
  { cwd, printer }: Context,
): Promise<void> {
  const text = `${JSON.stringify(json, undefined, 2)}\n`
  if (out !== undefined) await writeFile(path.resolve(cwd, out), text)
  const data = { [name]: json, ...(out === undefined ? {} : { file: out }) }
  printer.answer(schema, data, () => (out === undefined ? text : `${out} holds the ${name}`))
}
