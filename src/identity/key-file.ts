/**
 * The text of a key file: what is public in the clear, the secret behind a password.
 *
 *     key    = scrypt(NFKC(password), salt, n, r, p), 32 bytes
 *     secret = AES-256-GCM(key, iv, secret bytes, with the header as additional data)
 *     header = the JSON of all members but `secret` and `tag`, without white space
 *
 * A file has exactly one form: what is not byte for byte as it would be written is refused, so that
 * no changed byte goes unnoticed, in the header or in the secret.
 */
import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto'
import { fromHex, toHex } from '../base/bytes-text.ts'
import { KeyError } from './key-errors.ts'
import { type KeyKind, keyKinds, type PublicParts } from './key-secret.ts'

/** Work and memory of one password guess: `128 * n * r` bytes, `p` times. */
export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** 128 MiB and half a second. A file that asks for less is refused: its password is not protected. */
export const COST: ScryptCost = { n: 2 ** 17, r: 8, p: 1 }
/** A file that asks for more is refused: it would exhaust the machine. */
const MOST: ScryptCost = { n: 2 ** 18, r: 8, p: 4 }

export const MAX_FILE_BYTES = 4096
const SCHEMA = 'ela/key@1'
const SALT_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const MAX_SECRET_BYTES = 512

export interface KeyHeader {
  readonly name: string
  readonly kind: KeyKind
  /** RFC 3339, whole seconds, UTC. */
  readonly created: string
  readonly public: PublicParts
}

export interface KeyFile extends KeyHeader {
  readonly scrypt: ScryptCost & { readonly salt: Uint8Array }
  readonly iv: Uint8Array
  readonly secret: Uint8Array
  readonly tag: Uint8Array
}

export const KEY_NAME = /^[a-z][a-z0-9-]{0,31}$/

/** @param cost tests make it small; files made so are refused everywhere else */
export async function sealKey(
  header: KeyHeader,
  secret: Uint8Array,
  { password, cost = COST }: { readonly password: string; readonly cost?: ScryptCost },
): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const iv = randomBytes(IV_BYTES)
  const sealed = { ...header, scrypt: { ...cost, salt }, iv }
  const cipher = createCipheriv('aes-256-gcm', await stretch(password, sealed.scrypt), iv)
  cipher.setAAD(headerBytes(sealed))
  const hidden = Buffer.concat([cipher.update(secret), cipher.final()])
  return textOf({ ...sealed, secret: hidden, tag: cipher.getAuthTag() })
}

/** The secret bytes. Throws `keys/wrongPassword`, also when the file was changed. */
export async function unsealKey(file: KeyFile, password: string): Promise<Uint8Array> {
  const decipher = createDecipheriv('aes-256-gcm', await stretch(password, file.scrypt), file.iv, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(headerBytes(file)).setAuthTag(file.tag)
  const secret = decipher.update(file.secret)
  try {
    decipher.final()
  } catch {
    // OpenSSL's own words say no more, and nothing of the cause may reach a log.
    secret.fill(0)
    throw KeyError.wrongPassword(file.name)
  }
  return new Uint8Array(secret)
}

/**
 * Reads the text of a key file. Throws `keys/damaged` and `keys/newerFile`.
 *
 * @param place named in errors
 * @param least the lowest cost that is taken; only tests lower it
 */
export function parseKeyFile(text: string, place: string, least: ScryptCost = COST): KeyFile {
  const damaged = (why: string) => KeyError.damaged(place, why)
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw damaged('it is too long')
  const fields = objectIn(text)
  if (fields === undefined) throw damaged('it is not a JSON object')
  const { schema } = fields
  if (typeof schema === 'string' && /^ela\/key@\d{1,4}$/.test(schema) && schema !== SCHEMA) {
    throw KeyError.newerFile(place, schema)
  }
  if (schema !== SCHEMA) throw damaged('it does not say that it is one')
  const file = fileOf(fields)
  if (file === undefined) throw damaged('a member is missing, of the wrong kind or out of bounds')
  const { n, r, p } = file.scrypt
  if (n < least.n || r < least.r || p < least.p) {
    throw damaged('its password is protected by too little work')
  }
  if (textOf(file) !== text) throw damaged('it is not as `ela` writes it')
  return file
}

function stretch(password: string, { salt, n, r, p }: KeyFile['scrypt']): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 2 ** 20 + 256 * n * r * p }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

type Sealed = Omit<KeyFile, 'secret' | 'tag'>

function headerJson({ name, kind, created, public: parts, scrypt: cost, iv }: Sealed) {
  const { did, ela, evm } = parts
  const { n, r, p, salt } = cost
  return {
    schema: SCHEMA,
    name,
    kind,
    created,
    public: { ...(did && { did }), ...(ela && { ela }), ...(evm && { evm }) },
    scrypt: { n, r, p, salt: toHex(salt) },
    cipher: { name: 'aes-256-gcm', iv: toHex(iv) },
  }
}

function headerBytes(sealed: Sealed): Buffer {
  return Buffer.from(JSON.stringify(headerJson(sealed)))
}

function textOf(file: KeyFile): string {
  const whole = { ...headerJson(file), secret: toHex(file.secret), tag: toHex(file.tag) }
  return `${JSON.stringify(whole, undefined, 2)}\n`
}

type Fields = Readonly<Record<string, unknown>>

function objectIn(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

function fileOf(fields: Fields): KeyFile | undefined {
  const { name, created } = fields
  const kind = keyKinds.find((known) => known === fields['kind'])
  const parts = publicOf(fieldsOf(fields['public']))
  const cost = costOf(fieldsOf(fields['scrypt']))
  const iv = bytesOf(fieldsOf(fields['cipher'])?.['iv'], IV_BYTES)
  const secret = bytesOf(fields['secret'], undefined)
  const tag = bytesOf(fields['tag'], TAG_BYTES)
  if (typeof name !== 'string' || !KEY_NAME.test(name)) return undefined
  if (typeof created !== 'string' || !/^\d{4}(-\d\d){2}T\d\d(:\d\d){2}Z$/.test(created)) {
    return undefined
  }
  if (!kind || !parts || !cost || !iv || !secret || !tag) return undefined
  return { name, kind, created, public: parts, scrypt: cost, iv, secret, tag }
}

function publicOf(fields: Fields | undefined): PublicParts | undefined {
  if (fields === undefined) return undefined
  const parts: Record<string, string> = {}
  for (const [name, look] of [
    ['did', /^did:elastos:i\w{33}$/],
    ['ela', /^E\w{33}$/],
    ['evm', /^0x[0-9a-fA-F]{40}$/],
  ] as const) {
    const value = fields[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || !look.test(value)) return undefined
    parts[name] = value
  }
  return parts
}

function costOf(fields: Fields | undefined): KeyFile['scrypt'] | undefined {
  const salt = bytesOf(fields?.['salt'], SALT_BYTES)
  const { n, r, p } = (fields ?? {}) as Record<string, unknown>
  if (salt === undefined || !isWithin(n, MOST.n) || !isWithin(r, MOST.r) || !isWithin(p, MOST.p)) {
    return undefined
  }
  return n > 1 && Number.isInteger(Math.log2(n)) ? { n, r, p, salt } : undefined
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most
}

/** Bytes of lower-case digits, of this length or up to the longest secret. */
function bytesOf(value: unknown, length: number | undefined): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^([0-9a-f]{2})+$/.test(value)) return undefined
  const bytes = fromHex(value)
  const fits = length === undefined ? bytes.length <= MAX_SECRET_BYTES : bytes.length === length
  return fits ? bytes : undefined
}
