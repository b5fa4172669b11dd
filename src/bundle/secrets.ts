/** Finds what nobody wants to publish: phrases, private keys, key files. */

import { ElaError } from '../base/errors.ts'
import { checkMnemonic } from '../identity/mnemonic.ts'

const FEWEST_WORDS = 12
const WORD_COUNTS = [12, 15, 18, 21, 24]
/** Longer rows of words are text or word lists, not phrases with a word or two around them. */
const MOST_WORDS = 40
/** Quotes, a comma, a line end and its indentation, or a number. */
const MAX_GAP = 8
const PEM = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/
const EXTENDED = /\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{90,120}\b/
const NAMED_KEY = /(?:private|priv|secret|signing)[-_ ]?key["'\s:=]{1,12}(?:0x)?[0-9a-f]{64}\b/i

/** What secret a file holds, in words; `undefined` when none is found. */
export async function secretIn(content: Buffer): Promise<string | undefined> {
  return markedSecret(content) ?? ((await hasPhrase(content)) ? 'a phrase of a wallet' : undefined)
}

/** Searching bytes for a word is a hundred times faster than a pattern; patterns run on few files. */
function markedSecret(content: Buffer): string | undefined {
  if (content.includes('PRIVATE KEY') && PEM.test(content.toString('latin1'))) {
    return 'a private key (PEM)'
  }
  if (content.includes('prv') && EXTENDED.test(content.toString('latin1'))) {
    return 'an extended private key'
  }
  const hasKeyWord = ['key', 'Key', 'KEY'].some((word) => content.includes(word))
  if (hasKeyWord && content.length < 1 << 20 && NAMED_KEY.test(content.toString('latin1'))) {
    return 'a private key'
  }
  return isKeystore(content) ? 'a key file' : undefined
}

function isKeystore(content: Buffer): boolean {
  const opens =
    content.length < 1 << 20 && content.subarray(0, 64).toString().trim().startsWith('{')
  if (!opens) return false
  const text = content.toString()
  const isWeb3 = /"ciphertext"/i.test(text) && /"kdf(params)?"/i.test(text)
  const isElastos = /"MasterKeyEncrypted"|"PrivateKeyEncrypted"/.test(text)
  return isWeb3 || isElastos
}

/** English words in a row, whatever quotes and commas stand between them. */
async function hasPhrase(content: Buffer): Promise<boolean> {
  for (const row of rowsOfWords(content)) {
    for (const count of WORD_COUNTS) {
      for (let at = 0; at + count <= row.length; at += 1) {
        if (await isPhrase(row.slice(at, at + count))) return true
      }
    }
  }
  return false
}

/** Rows of 12 to 40 words of 3 to 8 small letters. */
function rowsOfWords(content: Buffer): readonly (readonly string[])[] {
  const rows: string[][] = []
  let starts: number[] = []
  const close = (end: number): void => {
    if (starts.length >= FEWEST_WORDS && starts.length <= MOST_WORDS) {
      const text = content.toString('latin1', starts[0], end)
      rows.push(text.split(/[^a-z]+/).filter((word) => word !== ''))
    }
    if (starts.length > 0) starts = []
  }
  let wordAt = -1
  let gapAt = 0
  for (let at = 0; at <= content.length; at += 1) {
    const byte = at === content.length ? 0 : (content[at] ?? 0)
    if (byte >= 0x61 && byte <= 0x7a) {
      if (wordAt < 0) wordAt = at
      continue
    }
    if (wordAt >= 0) {
      const length = at - wordAt
      if (length < 3 || length > 8) close(wordAt)
      else starts.push(wordAt)
      wordAt = -1
      gapAt = at
    }
    if (!isGap(byte) || at - gapAt >= MAX_GAP) close(gapAt)
  }
  return rows
}

/** Space, tab, line ends, quotes, comma, dash, dot, digits. */
function isGap(byte: number): boolean {
  return (
    byte === 0x20 ||
    byte === 0x0a ||
    byte === 0x2c ||
    byte === 0x22 ||
    byte === 0x27 ||
    byte === 0x0d ||
    byte === 0x09 ||
    (byte >= 0x2d && byte <= 0x39 && byte !== 0x2f)
  )
}

async function isPhrase(words: readonly string[]): Promise<boolean> {
  try {
    await checkMnemonic(words.join(' '))
    return true
  } catch (error) {
    if (error instanceof ElaError) return false
    throw error
  }
}
