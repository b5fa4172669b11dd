/** Bytes ⇄ hexadecimal text. */
import { defineErrors } from './errors.ts'

const BytesError = defineErrors('base', {
  notHex: (text: string) => ({
    message: `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\` is not hexadecimal.`,
    hint: 'Write whole bytes with the digits 0-9 and a-f.',
  }),
})

/** Lower-case hexadecimal without a prefix. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Bytes of hexadecimal text, either case, with or without `0x`. Throws `base/notHex`. */
export function fromHex(text: string): Uint8Array {
  const digits = text.startsWith('0x') ? text.slice(2) : text
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) throw BytesError.notHex(text)
  return new Uint8Array(Buffer.from(digits, 'hex'))
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
