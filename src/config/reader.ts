/** Reads settings out of an unknown value, naming file, line and setting when one is wrong. */
import path from 'node:path'
import { suggestion } from '../base/nearest-word.ts'
import { ConfigError } from './errors.ts'
import { placeOf } from './source-place.ts'

export interface ConfigSource {
  /** Full path of the project's folder. */
  readonly folder: string
  /** File name for messages. */
  readonly file: string
  readonly text: string
}

/** One object of the config, with the path that leads to it. */
export class SettingsReader {
  readonly #source: ConfigSource
  readonly #path: readonly string[]
  readonly #settings: Readonly<Record<string, unknown>>

  /** Throws `config/wrongValue` when `value` is no plain object. */
  constructor(source: ConfigSource, value: unknown, at: readonly string[] = []) {
    this.#source = source
    this.#path = at
    if (!isObject(value)) {
      throw ConfigError.wrongValue(
        this.place(),
        at.join('.') || 'the default export',
        'an object',
        describe(value),
      )
    }
    this.#settings = value
  }

  /** `file:line` of a setting of this object, or of the object itself. */
  place(key?: string): string {
    const at = key === undefined ? this.#path : [...this.#path, key]
    return placeOf(this.#source.file, this.#source.text, at)
  }

  /** Throws `config/unknownKey` for the first setting not among `known`. */
  allow(known: readonly string[]): void {
    for (const key of Object.keys(this.#settings)) {
      if (known.includes(key)) continue
      throw ConfigError.unknownKey(this.place(key), this.nameOf(key), suggestion(key, known))
    }
  }

  value(key: string): unknown {
    return this.#settings[key]
  }

  keys(): readonly string[] {
    return Object.keys(this.#settings)
  }

  /** The object under `key`; an empty one when it is left out. */
  object(key: string): SettingsReader {
    return new SettingsReader(this.#source, this.value(key) ?? {}, [...this.#path, key])
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (typeof value !== 'string' || value === '') throw this.wrong(key, 'a text that is not empty')
    return value
  }

  texts(key: string): readonly string[] {
    const value = this.value(key) ?? []
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && item !== '')) {
      throw this.wrong(key, 'a list of texts')
    }
    return value as readonly string[]
  }

  /** A word out of `known`; the first of them when it is left out. */
  word<Word extends string>(key: string, known: readonly [Word, ...Word[]]): Word {
    const value = this.text(key)
    if (value === undefined) return known[0]
    const found = known.find((word) => word === value)
    if (found === undefined) throw this.unknown(key, value, known)
    return found
  }

  words(key: string, known: readonly string[]): readonly string[] {
    const values = this.texts(key)
    const stranger = values.find((value) => !known.includes(value))
    if (stranger !== undefined) throw this.unknown(key, stranger, known)
    return [...new Set(values)]
  }

  /** A whole number of `least` to `most`. */
  number(key: string, least: number, most: number): number | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(key, `a whole number of ${least} to ${most}`)
    }
    return value
  }

  /** The full path of a relative one. Throws `config/outsideProject`. */
  inside(key: string, relative: string): string {
    const full = path.resolve(this.#source.folder, relative)
    const way = path.relative(this.#source.folder, full)
    if (path.isAbsolute(relative) || way === '..' || way.startsWith(`..${path.sep}`)) {
      throw ConfigError.outsideProject(this.place(key), this.nameOf(key), relative)
    }
    return full
  }

  nameOf(key: string): string {
    return [...this.#path, key].join('.')
  }

  wrong(key: string, expected: string): Error {
    const got = describe(this.value(key))
    return ConfigError.wrongValue(this.place(key), this.nameOf(key), expected, got)
  }

  unknown(key: string, word: string, known: readonly string[]): Error {
    return ConfigError.unknownWord(this.place(key), this.nameOf(key), word, suggestion(word, known))
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return '`null`'
  if (typeof value === 'function') return 'a function'
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? typeof value)
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``
}
