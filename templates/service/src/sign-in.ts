/**
 * Signs people in with their DID. `sign-in-routes.ts` serves it.
 *
 *     1. `question()`    a nonce for one attempt; the wallet gets it with `realm`, in a
 *                        `credaccess` or `requestcredentials` intent
 *     2. `accept(token)` the wallet's answer: checked, then worth a session of this service
 *     3. `who(session)`  whose session it is, until `end(session)`
 *
 * Revoked credentials are not looked for: where that matters, ask EID by `did_resolveCredential`.
 */
import type { Ela } from './ela.ts'

/** How long a person may think, and how long a session lasts. */
export const QUESTION_MS = 5 * 60_000
export const SESSION_MS = 24 * 60 * 60_000
export const MAX_TOKEN = 256 * 1024
const MAX_OPEN = 10_000

type Json = Record<string, unknown>
type Bytes = Uint8Array<ArrayBuffer>

/** The document of a DID, or `undefined` when it is not published or was ended. */
export type Resolve = (did: string) => Promise<Json | undefined>

/** Nobody is at fault but the network: the same answer may be good later. */
export class CannotResolve extends Error {}

/** Resolves on EID. */
export function resolveOn(ela: Ela): Resolve {
  return async (did) => {
    const reply = (await ela.chain.read('eid', 'did_resolveDID', [{ did }]).catch(() => {
      throw new CannotResolve('EID does not answer')
    })) as { status: number; transaction?: { operation: { payload: string } }[] }
    const payload = reply.transaction?.[0]?.operation.payload
    if (reply.status > 1 || payload === undefined) return undefined
    return JSON.parse(textOf(fromBase64Url(payload))) as Json
  }
}

export interface SignedIn {
  readonly did: string
  /** For `Authorization: Bearer …`. */
  readonly session: string
  /** What the person showed: the members of each credential, by the name of the credential. */
  readonly shown: Readonly<Record<string, Json>>
}

export class SignIn {
  /** Who asks, as the wallet shows it; a presentation for another realm is refused. */
  readonly realm: string
  readonly #resolve: Resolve
  readonly #now: () => number
  readonly #questions = new Map<string, number>()
  readonly #sessions = new Map<string, { did: string; until: number }>()

  constructor(realm: string, resolve: Resolve, now: () => number = Date.now) {
    this.realm = realm
    this.#resolve = resolve
    this.#now = now
  }

  question(): { nonce: string; realm: string } {
    const nonce = hexOf(randomBytes(16))
    keep(this.#questions, nonce, this.#now() + QUESTION_MS)
    return { nonce, realm: this.realm }
  }

  /**
   * Throws with the reason when the answer is not good.
   *
   * @param begun the nonce that whoever brings the answer got, when that is known. An answer to
   *   another question is refused: by a link with their own answer, others could sign somebody in
   *   as themselves, and read what is then written.
   */
  async accept(token: string, begun?: string): Promise<SignedIn> {
    const { presentation, did, document } = await this.#readToken(token)
    const proof = object(presentation['proof'])
    if (begun !== undefined && begun !== proof['nonce']) {
      throw new Error('this sign-in was begun elsewhere, or too long ago')
    }
    const until = this.#questions.get(text(proof['nonce'])) ?? 0
    // One question, one answer: nobody signs in with what they overheard.
    this.#questions.delete(text(proof['nonce']))
    if (until <= this.#now()) throw new Error('the nonce is unknown, used or too old')
    if (proof['realm'] !== this.realm) throw new Error('the presentation is for somebody else')
    const holder = presentation['holder'] ?? ownerOf(proof)
    if (holder !== did) throw new Error('somebody else made the presentation')
    const signed = `${withoutProof(presentation)}${this.realm}${text(proof['nonce'])}`
    await checkSignature(document, proof, signed)
    const credentials = list(presentation['verifiableCredential']).map(object)
    const shown = await Promise.all(credentials.map((one) => this.#check(one, did)))
    const session = hexOf(randomBytes(32))
    keep(this.#sessions, session, { did, until: this.#now() + SESSION_MS })
    return { did, session, shown: Object.fromEntries(shown) }
  }

  who(session: string): string | undefined {
    const found = this.#sessions.get(session)
    return found === undefined || found.until <= this.#now() ? undefined : found.did
  }

  end(session: string): void {
    this.#sessions.delete(session)
  }

  async #readToken(token: string) {
    const [head = '', body = '', signature = '', ...more] = token.split('.')
    if (token.length > MAX_TOKEN || signature === '' || more.length > 0) {
      throw new Error('this is no token')
    }
    const claims = parse(body)
    if (parse(head)['alg'] !== 'ES256') throw new Error('the token is not signed by a DID')
    const did = text(claims['iss'])
    const document = await this.#published(did)
    const key = keyOf(document, `${did}#primary`)
    if (!(await isSignedBy(key, `${head}.${body}`, signature)))
      throw new Error('the token is forged')
    const seconds = this.#now() / 1000
    if (!(Number(claims['exp']) > seconds)) throw new Error('the token is too old')
    return { did, document, presentation: object(claims['presentation']) }
  }

  async #check(credential: Json, did: string): Promise<[string, Json]> {
    const { id: owner, ...members } = object(credential['credentialSubject'])
    if (owner !== did) throw new Error('a credential is about somebody else')
    const end = Date.parse(text(credential['expirationDate'] ?? '9999-12-31T00:00:00Z'))
    if (!(end > this.#now())) throw new Error('a credential expired')
    const issuer = text(credential['issuer'] ?? did)
    const proof = object(credential['proof'])
    if (ownerOf(proof) !== issuer) throw new Error('a credential is not signed by its issuer')
    await checkSignature(await this.#published(issuer), proof, withoutProof(credential))
    return [text(credential['id']).split('#')[1] ?? '', members]
  }

  async #published(did: string): Promise<Json> {
    const document = await this.#resolve(did)
    if (document === undefined) throw new Error(`${did} is not published`)
    if (document['id'] !== did) throw new Error(`${did} is the document of another DID`)
    // The chain gives any name to who asks first: the address of an unpublished DID too.
    const isAddress = /^did:elastos:i[1-9A-HJ-NP-Za-km-z]{33}$/.test(did)
    if (isAddress && document['controller'] !== undefined) {
      throw new Error(`${did} was taken by somebody who has not its key`)
    }
    return document
  }
}

/** Adds to a map that must not grow without end; the oldest goes first. */
function keep<T>(map: Map<string, T>, name: string, value: T): void {
  const [oldest] = map.keys()
  if (map.size >= MAX_OPEN && oldest !== undefined) map.delete(oldest)
  map.set(name, value)
}

/** Wallets send the form that is signed: members in their order, no spaces. */
function withoutProof({ proof: _, ...signed }: Json): string {
  return JSON.stringify(signed)
}

function ownerOf(proof: Json): string {
  return text(proof['verificationMethod']).split('#')[0] ?? ''
}

async function checkSignature(document: Json, proof: Json, signed: string): Promise<void> {
  const key = keyOf(document, text(proof['verificationMethod']))
  const isGood = await isSignedBy(key, signed, text(proof['signature']))
  if (!isGood) throw new Error('a signature is wrong')
}

async function isSignedBy(key: Bytes, signed: string, signature: string): Promise<boolean> {
  // DER of "a P-256 public key of 33 bytes".
  const head = '3039301306072a8648ce3d020106082a8648ce3d030107032200'
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  try {
    const spki = Uint8Array.from([...fromHex(head), ...key])
    const publicKey = await crypto.subtle.importKey('spki', spki, ecdsa, false, ['verify'])
    const bytes = fromBase64Url(signature)
    return await crypto.subtle.verify(ecdsa, publicKey, bytes, new TextEncoder().encode(signed))
  } catch {
    return false
  }
}

/** The key with this id, which must be one the DID signs with. Ids can be short: `#primary`. */
function keyOf(document: Json, id: string): Bytes {
  const name = (value: unknown) => text(value).slice(text(value).indexOf('#'))
  if (!id.startsWith(`${text(document['id'])}#`)) throw new Error(`${id} is no key of the signer`)
  const allowed = list(document['authentication']).map((one) =>
    typeof one === 'string' ? one : text(object(one)['id']),
  )
  if (!allowed.some((one) => name(one) === name(id))) throw new Error(`${id} may not sign`)
  const found = list(document['publicKey'])
    .map(object)
    .find((key) => name(key['id']) === name(id))
  if (found === undefined) throw new Error(`${id} is no key of the signer`)
  return fromBase58(text(found['publicKeyBase58']))
}

function fromBase58(written: string): Bytes {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let number = 0n
  for (const letter of written.slice(0, 64)) {
    const digit = letters.indexOf(letter)
    if (digit < 0) throw new Error('a key is not base58')
    number = number * 58n + BigInt(digit)
  }
  return fromHex(number.toString(16).padStart(66, '0'))
}

function parse(part: string): Json {
  try {
    return object(JSON.parse(textOf(fromBase64Url(part))))
  } catch {
    throw new Error('this is no token')
  }
}

function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

function hexOf(bytes: Bytes): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromHex(digits: string): Bytes {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function fromBase64Url(written: string): Bytes {
  const letters = atob(written.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
}

function textOf(bytes: Bytes): string {
  return new TextDecoder().decode(bytes)
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('the answer has another form')
  }
  return value as Json
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('the answer has another form')
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('the answer has another form')
  return value
}
