/**
 * How DID stores encrypt: AES-256-CBC with key and IV from three rounds of MD5 over the password,
 * unsalted and unstretched. For reading and writing their files only.
 *
 *     a = md5(password)   b = md5(a || password)   iv = md5(b || password)   key = a || b
 *     fingerprint = hex of md5 of the encrypted md5(password)
 *
 * @see Elastos.DID.JS.SDK src/crypto/aes256cbc.ts, src/didstore.ts calcFingerprint
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/** base64url without padding. */
export function encryptText(plain: Uint8Array, password: string): string {
  return encrypt(plain, password).toString('base64url')
}

/** `undefined` when the password is wrong; one wrong password in 256 still gives something. */
export function decryptText(text: string, password: string): Uint8Array | undefined {
  const { key, iv } = keysOf(password)
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  try {
    const bytes = Buffer.from(text.trim(), 'base64url')
    return new Uint8Array(Buffer.concat([decipher.update(bytes), decipher.final()]))
  } catch {
    return undefined
  }
}

/** Tells a store whether a password is the one it was used with before. */
export function fingerprintOf(password: string): string {
  return md5(encrypt(md5(Buffer.from(password)), password)).toString('hex')
}

function encrypt(plain: Uint8Array, password: string): Buffer {
  const { key, iv } = keysOf(password)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([cipher.update(plain), cipher.final()])
}

function keysOf(password: string): { readonly key: Buffer; readonly iv: Buffer } {
  const bytes = Buffer.from(password, 'utf8')
  const a = md5(bytes)
  const b = md5(a, bytes)
  return { key: Buffer.concat([a, b]), iv: md5(b, bytes) }
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
