/** People, schools and what their wallets say, for tests without any network. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export const REALM = 'https://shop.example'
export const NOW = Date.parse('2026-06-01T00:00:00Z')

interface Person {
  readonly did: string
  readonly document: Record<string, unknown>
  readonly privateKey: KeyObject
}

/** Somebody with a key. Which DID a key makes is the chain's business, so any name will do. */
export function person(name: string): Person {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) % 2
  const key = Buffer.concat([Buffer.of(2 + odd), Buffer.from(x, 'base64url')])
  const did = `did:elastos:${name}`
  const document = {
    id: did,
    publicKey: [{ id: `${did}#primary`, publicKeyBase58: toBase58(key) }],
    authentication: ['#primary'],
  }
  return { did, document, privateKey }
}

function toBase58(bytes: Buffer): string {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let left = BigInt(`0x${bytes.toString('hex')}`); left > 0n; left /= 58n) {
    text = `${letters[Number(left % 58n)]}${text}`
  }
  return text
}

function signature({ privateKey }: Person, text: string): string {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  return sign('sha256', Buffer.from(text), key).toString('base64url')
}

export const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const alice = person('iAlice')
export const school = person('iSchool')
export const people = [alice, school]

export function credential(changes: object = {}, issuer = school) {
  const id = `${alice.did}#diploma`
  const subject = { id: alice.did, grade: 'A' }
  const claims = {
    id,
    type: ['Diploma'],
    issuer: issuer.did,
    credentialSubject: subject,
    ...changes,
  }
  const verificationMethod = `${issuer.did}#primary`
  return {
    ...claims,
    proof: { verificationMethod, signature: signature(issuer, JSON.stringify(claims)) },
  }
}

/** The token a wallet would answer with. */
export function answer(
  question: { nonce: string; realm: string },
  wish: { credentials?: object[]; exp?: number; from?: Person } = {},
) {
  const { credentials = [], exp = NOW / 1000 + 60, from = alice } = wish
  const claims = {
    type: 'VerifiablePresentation',
    holder: from.did,
    verifiableCredential: credentials,
  }
  const { nonce, realm } = question
  const proof = {
    verificationMethod: `${from.did}#primary`,
    realm,
    nonce,
    signature: signature(from, JSON.stringify(claims) + realm + nonce),
  }
  const presentation = { ...claims, proof }
  const text = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode({ iss: from.did, exp, presentation })}`
  return `${text}.${signature(from, text)}`
}
