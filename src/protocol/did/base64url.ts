/** base64url without padding, read as leniently as the node does: `+` and `/` pass too. */
import { DidError } from './errors.ts'

export function toBase64Url(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as Uint8Array).toString('base64url')
}

/** Throws `did/notBase64Url`, naming `what`. */
export function fromBase64Url(text: string, what: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) {
    throw DidError.notBase64Url(what)
  }
  return new Uint8Array(Buffer.from(text, 'base64url'))
}
