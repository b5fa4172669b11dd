/**
 * Text of a DApp for a person's terminal: without control characters, which could move the cursor
 * and overwrite what is asked, without those that turn the reading direction, and not endless.
 */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

export function plainText(text: string, limit: number): string {
  const plain = text.replace(HIDDEN, '\ufffd')
  return plain.length > limit ? `${plain.slice(0, limit)}…` : plain
}
