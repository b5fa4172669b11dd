/** BIP-39: words a person can write down ⇄ the seed all keys come from. */
import { pbkdf2Sync } from 'node:crypto'
import { nearestWord } from '../base/nearest-word.ts'
import { IdentityError } from './errors.ts'

const ROUNDS = 2048
const SEED_BYTES = 64
const WORD_COUNTS = [12, 15, 18, 21, 24]

/** The word lists, most likely first; each is loaded when it is looked into. */
const LANGUAGES = {
  english: () => import('@scure/bip39/wordlists/english.js'),
  'simplified-chinese': () => import('@scure/bip39/wordlists/simplified-chinese.js'),
  'traditional-chinese': () => import('@scure/bip39/wordlists/traditional-chinese.js'),
  french: () => import('@scure/bip39/wordlists/french.js'),
  spanish: () => import('@scure/bip39/wordlists/spanish.js'),
  italian: () => import('@scure/bip39/wordlists/italian.js'),
  japanese: () => import('@scure/bip39/wordlists/japanese.js'),
  korean: () => import('@scure/bip39/wordlists/korean.js'),
  portuguese: () => import('@scure/bip39/wordlists/portuguese.js'),
  czech: () => import('@scure/bip39/wordlists/czech.js'),
}

export type Language = keyof typeof LANGUAGES

/** In an order that never changes: files name a language by its place. */
export const languages = Object.keys(LANGUAGES) as readonly Language[]

/** A fresh phrase of 12 words (128 bits of the system's randomness) or of 24 (256 bits). */
export async function newMnemonic(words: 12 | 24 = 12, language: Language = 'english') {
  const [{ generateMnemonic }, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    LANGUAGES[language](),
  ])
  return generateMnemonic(wordlist, words === 12 ? 128 : 256)
}

/**
 * Checks a phrase somebody typed and returns it with single spaces, in NFKD form.
 *
 * Throws `identity/wordCount`, `identity/unknownWord` (with its position) and
 * `identity/wrongChecksum`. Any of the ten word lists will do, as long as all words are of one.
 */
export async function checkMnemonic(typed: string): Promise<string> {
  return (await readMnemonic(typed)).phrase
}

export interface Mnemonic {
  readonly phrase: string
  readonly language: Language
  /** What the words stand for: 16 to 32 bytes. */
  readonly entropy: Uint8Array
}

/** Like `checkMnemonic`, and says what the words stand for. */
export async function readMnemonic(typed: string): Promise<Mnemonic> {
  const phrase = normalise(typed)
  const words = phrase === '' ? [] : phrase.split(' ')
  if (!WORD_COUNTS.includes(words.length)) throw IdentityError.wordCount(words.length)
  const { mnemonicToEntropy, validateMnemonic } = await import('@scure/bip39')
  let best: { unknown: number; wordlist: readonly string[] } | undefined
  for (const language of languages) {
    const { wordlist } = await LANGUAGES[language]()
    const known = new Set(wordlist.map((word) => word.normalize('NFKD')))
    const unknown = words.filter((word) => !known.has(word)).length
    if (unknown === 0 && validateMnemonic(phrase, wordlist)) {
      return { phrase, language, entropy: mnemonicToEntropy(phrase, wordlist) }
    }
    if (best === undefined || unknown < best.unknown) best = { unknown, wordlist: [...known] }
  }
  throw whatIsWrong(words, best?.wordlist ?? [])
}

/** The words that stand for these bytes, in NFKD form with single spaces. */
export async function mnemonicOf(entropy: Uint8Array, language: Language): Promise<string> {
  const [{ entropyToMnemonic }, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    LANGUAGES[language](),
  ])
  return normalise(entropyToMnemonic(entropy, wordlist))
}

function whatIsWrong(words: readonly string[], wordlist: readonly string[]) {
  const at = words.findIndex((word) => !wordlist.includes(word))
  if (at === -1) return IdentityError.wrongChecksum()
  const word = words[at] ?? ''
  return IdentityError.unknownWord(at + 1, word, nearestWord(word, wordlist))
}

/**
 * The 64-byte seed of a phrase. Any text has one; what a person typed goes through `checkMnemonic`.
 *
 * OpenSSL's PBKDF2 takes 2 ms where one in JavaScript takes 60.
 */
export function seedOfMnemonic(phrase: string, passphrase = ''): Uint8Array {
  const salt = `mnemonic${passphrase}`.normalize('NFKD')
  return new Uint8Array(pbkdf2Sync(normalise(phrase), salt, ROUNDS, SEED_BYTES, 'sha512'))
}

function normalise(phrase: string): string {
  return phrase.normalize('NFKD').trim().split(/\s+/u).join(' ')
}
