/**
 * The last line of defence against secrets in what is printed: everything the printer writes passes
 * through here. Secrets this process holds are known by their text; foreign ones by their look.
 */

/** `talk` is what is said and failures; answers are data, in which a common word must not vanish. */
export type Place = 'talk' | 'everywhere'

const MASK = '[secret]'
/** Shorter texts are words of the language, and hiding them would only garble it. */
const SHORTEST = 8

const known = new Map<string, Place>()

/** Private keys as text, twelve or more plain words in a row, and long digits after a telling name. */
const LOOKS: readonly (readonly [look: RegExp, instead: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, MASK],
  [/\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{90,120}/g, MASK],
  [/\b(?:[a-z]{3,8} ){11,23}[a-z]{3,8}\b/g, MASK],
  [
    new RegExp(
      '((?:private|priv|secret|signing)[-_ ]?key|mnemonic|seed|passphrase|password)' +
        '([^\\w\\n]{1,12})(?:0x)?[0-9a-f]{64,128}\\b',
      'gi',
    ),
    `$1$2${MASK}`,
  ],
  [/("ciphertext"\s*:\s*")[0-9a-f]{32,}/gi, `$1${MASK}`],
]

/** From now on this text is printed nowhere, or not in talk. Texts below 8 characters are ignored. */
export function hide(text: string, place: Place = 'everywhere'): void {
  if (text.length < SHORTEST) return
  // Inside JSON some characters are written otherwise.
  for (const form of [text, JSON.stringify(text).slice(1, -1)]) {
    if (known.get(form) !== 'everywhere') known.set(form, place)
  }
}

/** `text` without secrets. JSON stays JSON. */
export function redact(text: string, place: Place = 'talk'): string {
  let clean = text
  for (const [secret, where] of known) {
    if (place === 'talk' || where === 'everywhere') clean = clean.replaceAll(secret, MASK)
  }
  for (const [look, instead] of LOOKS) clean = clean.replace(look, instead)
  return clean
}
