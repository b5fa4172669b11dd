/**
 * Reads Cap'n Proto text the way its grammar says, for tests of the writer: strings with escapes,
 * numbers, words, `embed`, lists and structs. Knows nothing of how the writer works.
 */
import * as assert from 'uvu/assert'

export type Read =
  | string
  | number
  | { readonly word: string }
  | { readonly embed: string }
  | readonly Read[]
  | ReadStruct

export interface ReadStruct {
  readonly fields: Readonly<Record<string, Read>>
}

const escapes: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "'": 39, '"': 34, '\\': 92, '?': 63 },
}

export function readCapnp(text: string): Read {
  const reader = new Reader(text)
  const value = reader.value()
  reader.end()
  return value
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    this.#space()
    assert.is(this.#text.slice(this.#at), '', 'something is left over')
  }

  value(): Read {
    this.#space()
    const next = this.#text[this.#at]
    if (next === '"') return this.#string()
    if (next === '[') return this.#sequence('[', ']', () => this.value())
    if (next === '(') return this.#struct()
    const word = this.#match(/[A-Za-z][A-Za-z0-9]*|-?\d+/y)
    if (word === 'embed') {
      this.#space()
      return { embed: this.#string() }
    }
    return /^-?\d/.test(word) ? Number(word) : { word }
  }

  #struct(): ReadStruct {
    const fields = this.#sequence('(', ')', () => {
      this.#space()
      const name = this.#match(/[a-z][A-Za-z0-9]*/y)
      this.#space()
      this.#match(/=/y)
      return [name, this.value()] as const
    })
    return { fields: Object.fromEntries(fields) }
  }

  #sequence<T>(open: string, close: string, read: () => T): T[] {
    assert.is(this.#text[this.#at], open)
    this.#at += 1
    const found: T[] = []
    for (;;) {
      this.#space()
      if (this.#text[this.#at] === close) break
      if (found.length > 0) this.#match(/,/y)
      found.push(read())
    }
    this.#at += 1
    return found
  }

  #string(): string {
    this.#match(/"/y)
    const bytes: number[] = []
    while (this.#text[this.#at] !== '"') {
      const next = this.#text[this.#at]
      assert.ok(next !== undefined && next !== '\n', 'a string has no end')
      this.#at += 1
      if (next !== '\\') bytes.push(...Buffer.from(next, 'utf8'))
      else bytes.push(this.#escape())
    }
    this.#at += 1
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  }

  #escape(): number {
    const letter = this.#match(/x[0-9a-fA-F]{2}|[0-7]{1,3}|[abfnrtv'"\\?]/y)
    if (letter.startsWith('x')) return Number.parseInt(letter.slice(1), 16)
    return escapes[letter] ?? Number.parseInt(letter, 8)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? []
    assert.ok(
      found !== undefined,
      `${pattern} expected at ${this.#text.slice(this.#at, this.#at + 20)}`,
    )
    this.#at += found.length
    return found
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }
}
