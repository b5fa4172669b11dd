/**
 * Text of a DApp for a person's terminal: one line, without characters that move the cursor, ring,
 * set titles or clipboards, turn the reading direction or hide, and not endless.
 */
// Controls, separators of lines, formats (bidi, zero width, tags), private use, halves of pairs.
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Co}\p{Cs}]/gu

/** Each such character becomes its code, as in `\u{1b}[2J`, so that it is seen and not obeyed. */
export function plainLine(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(OBEYED, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
}
