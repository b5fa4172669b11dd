/** Finds what nobody wants to publish: phrases, private keys, key files. */

import { ElaError } from '../base/errors.ts'
import { checkMnemonic } from '../identity/mnemonic.ts'

const FEWEST_WORDS = 12
const WORD_COUNTS = [12, 15, 18, 21, 24]
/** Longer rows of words are text or word lists, not phrases with a word or two around them. */
const MOST_WORDS = 40
/** Quotes, a comma, a line end and its indentation, or a number. */
const MAX_GAP = 8
/** Twelve words of three letters and what stands between them. */
const SHORTEST_PHRASE = FEWEST_WORDS * 3 + FEWEST_WORDS - 1
/** No mark is longer. */
const MARK_BYTES = 256
/** Of the beginning of a file; one with a NUL there is no text. */
const TEXT_BYTES = 8_192
/** Small letters; space, tab, line ends, quotes, comma, dash, dot, digits. */
const PLAIN = 'abcdefghijklmnopqrstuvwxyz \t\r\n"\',-.0123456789'
const IS_PLAIN = new Uint8Array(256)
for (const byte of Buffer.from(PLAIN)) IS_PLAIN[byte] = 1
const PEM = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/
const EXTENDED = /\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{90,120}\b/
const NAMED_KEY = /(?:private|priv|secret|signing)[-_ ]?key["'\s:=]{1,12}(?:0x)?[0-9a-f]{64}\b/i

/** Files that are made to hold what others must not know. */
const PRIVATE_FILES: readonly (readonly [name: RegExp, what: string])[] = [
  [/^\.env(?!\.(?:example|sample|template)$)(?:\..+)?$/, 'settings of one machine'],
  [/^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, 'a private key (SSH)'],
  [/\.(?:p12|pfx|jks|keystore)$/i, 'a store of keys'],
  [/^keystore.*\.dat$/i, 'a key file'],
  [/^\.(?:netrc|git-credentials|pgpass)$/, 'passwords'],
]

/** What secret the name of a file tells of, in words; `undefined` when none. */
export function secretName(path: string, content: Buffer): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === '.npmrc') return content.includes('_auth') ? 'a password of a registry' : undefined
  return PRIVATE_FILES.find(([pattern]) => pattern.test(name))?.[1]
}

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
  if (hasKeyWord && content.length <= 1 << 20 && NAMED_KEY.test(content.toString('latin1'))) {
    return 'a private key'
  }
  return isKeystore(content) ? 'a key file' : undefined
}

/** Of large files, which come in pieces: a mark that lies across two is found too. */
export class MarkedSecrets {
  #end = Buffer.alloc(0)
  #found: string | undefined

  /** What was found so far, in words. */
  get found(): string | undefined {
    return this.#found
  }

  take(piece: Buffer): void {
    if (this.#found !== undefined) return
    const seam = Buffer.concat([this.#end, piece.subarray(0, MARK_BYTES)])
    this.#found = markedSecret(seam) ?? markedSecret(piece)
    this.#end = Buffer.from(piece.subarray(-MARK_BYTES))
  }
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
  if (content.subarray(0, TEXT_BYTES).includes(0)) return []
  return plainRuns(content).flatMap((run) => rowsIn(run.toString('latin1')))
}

/**
 * Runs of small letters and what stands between words, long enough for a phrase. Looks at the end
 * of where one might be first: most text has another byte there or shortly before, and all up to it
 * is passed over.
 */
function plainRuns(content: Buffer): readonly Buffer[] {
  const runs: Buffer[] = []
  let start = 0
  while (start + SHORTEST_PHRASE <= content.length) {
    let at = start + SHORTEST_PHRASE - 1
    while (at >= start && IS_PLAIN[content[at] ?? 0] === 1) at -= 1
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + SHORTEST_PHRASE
    while (end < content.length && IS_PLAIN[content[end] ?? 0] === 1) end += 1
    runs.push(content.subarray(start, end))
    start = end + 1
  }
  return runs
}

function rowsIn(run: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  const close = (): void => {
    if (row.length >= FEWEST_WORDS && row.length <= MOST_WORDS) rows.push(row)
    row = []
  }
  for (const [part] of run.matchAll(/[a-z]+|[^a-z]+/g)) {
    if (!/^[a-z]/.test(part)) {
      if (part.length > MAX_GAP) close()
    } else if (part.length < 3 || part.length > 8) close()
    else row.push(part)
  }
  close()
  return rows
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
