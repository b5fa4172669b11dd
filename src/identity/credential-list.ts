/** What the chain has of somebody's credentials. */
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import { fromBase64Url } from '../protocol/did/base64url.ts'
import { type Json, parseJson } from '../protocol/did/canonical-json.ts'
import type { Credential } from '../protocol/did/credential.ts'
import { readCredential } from '../protocol/did/credential-form.ts'
import { readDocument } from '../protocol/did/document-form.ts'
import { asObject, listOf, textOf } from '../protocol/did/json-fields.ts'
import { DidUseError } from './did-errors.ts'
import { resolveDid } from './did-resolve.ts'

export interface ListedCredential {
  readonly id: string
  readonly status: 'valid' | 'revoked'
  /** Where it is: in the document, or declared by a transaction of its own. */
  readonly where: readonly ('document' | 'declared')[]
  readonly type?: readonly string[]
  readonly issuer?: string
  readonly expires?: string
}

/** The most a node gives at once. */
const PAGE = 256
const REVOKED = 2

/** Those in the document, then those declared; each once. Throws `did/notOnChain`. */
export async function credentialsOf(
  did: string,
  rpc: string,
): Promise<readonly ListedCredential[]> {
  const embedded = await embeddedCredentials(did, rpc)
  const declared = await declaredIds(did, rpc)
  const ids = new Set([...embedded.map(({ id }) => id), ...declared])
  return Promise.all(
    [...ids].map(async (id) => {
      const inside = embedded.find((one) => one.id === id)
      const { isRevoked, credential = inside } = await askCredential(id, inside?.issuer, rpc)
      const where: ('document' | 'declared')[] = []
      if (inside !== undefined) where.push('document')
      if (declared.includes(id)) where.push('declared')
      return {
        id,
        status: isRevoked ? ('revoked' as const) : ('valid' as const),
        where,
        ...(credential === undefined ? {} : factsOf(credential)),
      }
    }),
  )
}

/** Throws `did/notOnChain`. */
export async function embeddedCredentials(
  did: string,
  rpc: string,
): Promise<readonly Credential[]> {
  const { transactions } = await resolveDid(rpc, did)
  const document = transactions.find((one) => one.document !== undefined)?.document
  if (document === undefined) throw DidUseError.notOnChain(did)
  return readDocument(document).verifiableCredential
}

function factsOf({ type, issuer, expirationDate }: Credential) {
  return { type, issuer, ...(expirationDate === '' ? {} : { expires: expirationDate }) }
}

async function declaredIds(did: string, rpc: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let skip = 0; ; skip += PAGE) {
    const reply = await callRpc(rpc, 'did_listCredentials', [{ did, skip, limit: PAGE }])
    const page = reading(rpc, () => listOf(asObject(reply as Json, 'result'), 'credentials', ''))
    ids.push(...page.map(String))
    if (page.length < PAGE) return ids
  }
}

async function askCredential(id: string, issuer: string | undefined, rpc: string) {
  const params = { id, ...(issuer === undefined ? {} : { issuer }) }
  const reply = await callRpc(rpc, 'did_resolveCredential', [params])
  return reading(rpc, () => {
    const object = asObject(reply as Json, 'result')
    const operations = listOf(object, 'transaction', '').map((one) =>
      asObject(asObject(one, 'transaction')['operation'], 'operation'),
    )
    const declaration = operations.find(
      (one) => textOf(asObject(one['header'], 'header'), 'operation', '') === 'declare',
    )
    const payload = declaration && textOf(declaration, 'payload', '')
    const credential =
      payload === undefined ? undefined : readCredential(parseJson(decode(payload), 'It'))
    return {
      isRevoked: object['status'] === REVOKED,
      ...(credential === undefined ? {} : { credential }),
    }
  })
}

function decode(payload: string): string {
  return new TextDecoder().decode(fromBase64Url(payload, 'The payload'))
}

function reading<T>(rpc: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw DidUseError.badReply(rpc, error.message, error)
  }
}
