/**
 * The CBOR that Carrier nodes write, in the two layouts that exist:
 *
 *     `native`    maps and arrays with their length, keys sorted by their bytes
 *     `java`      maps and arrays without a length, ended by a break, keys in the given order
 *
 * Reading takes both, and any order of keys, because real nodes write both. All else is strict:
 * shortest integers and lengths, no floats, tags or undefined, no key twice, nothing left over, and
 * limits on depth and number of values that no real message comes near.
 */
import { decode, encode, type Token, Tokenizer, Type } from 'cborg'
import type { ElaError } from '../../base/errors.ts'
import { messageOf } from '../../base/errors.ts'

export type Layout = 'native' | 'java'

export type CborItem =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborItem[]
  | CborMap
  | bigint

/** Entries in the order in which the `java` layout writes them. */
export class CborMap {
  readonly entries: readonly (readonly [string, CborItem])[]

  /** Entries without a value are left out. */
  constructor(entries: readonly (readonly [string, CborItem | undefined])[]) {
    this.entries = entries.filter((entry): entry is [string, CborItem] => entry[1] !== undefined)
  }
}

const DEEPEST = 8
const MOST_VALUES = 2_048

const MAP = 0xa0
const ARRAY = 0x80
const OPEN_MAP = 0xbf
const OPEN_ARRAY = 0x9f
const BREAK = 0xff

export function encodeCbor(item: CborItem, layout: Layout): Uint8Array {
  const parts: Uint8Array[] = []
  write(parts, item, layout)
  return new Uint8Array(Buffer.concat(parts))
}

function write(parts: Uint8Array[], item: CborItem, layout: Layout): void {
  if (item instanceof CborMap) {
    const { entries } = item
    const sorted = layout === 'java' ? entries : [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    parts.push(layout === 'java' ? Uint8Array.of(OPEN_MAP) : head(MAP, sorted.length))
    for (const [key, value] of sorted) {
      parts.push(encode(key))
      write(parts, value, layout)
    }
    if (layout === 'java') parts.push(Uint8Array.of(BREAK))
  } else if (isList(item)) {
    parts.push(layout === 'java' ? Uint8Array.of(OPEN_ARRAY) : head(ARRAY, item.length))
    for (const inner of item) write(parts, inner, layout)
    if (layout === 'java') parts.push(Uint8Array.of(BREAK))
  } else {
    parts.push(encode(item))
  }
}

function isList(item: CborItem): item is readonly CborItem[] {
  return Array.isArray(item)
}

/** A length is written like an unsigned integer (major type 0), with another major type. */
function head(major: number, length: number): Uint8Array {
  const bytes = encode(length).slice()
  bytes[0] = (bytes[0] ?? 0) | major
  return bytes
}

/**
 * Reads one value; maps become `Map`s. Every refusal is thrown as `refuse(why, cause)`.
 */
export function decodeCbor(
  bytes: Uint8Array,
  refuse: (why: string, cause?: unknown) => ElaError,
  mostValues = MOST_VALUES,
): unknown {
  const options = {
    strict: true,
    allowUndefined: false,
    useMaps: true,
    rejectDuplicateMapKeys: true,
  }
  try {
    const tokenizer = new LimitedTokenizer(bytes, options, mostValues)
    return decode(bytes, { ...options, tokenizer })
  } catch (error) {
    throw refuse(messageOf(error).replace(/^CBOR decode error: /, ''), error)
  }
}

/** How many values are still to come on one level; infinite until a break for an open one. */
interface Level {
  left: number
  readonly isMap: boolean
  seen: number
}

/** Counts levels and values while cborg reads, which would otherwise follow any nesting down. */
class LimitedTokenizer extends Tokenizer {
  readonly #levels: Level[] = []
  readonly #most: number
  #values = 0

  constructor(bytes: Uint8Array, options: object, most: number) {
    super(bytes, options)
    this.#most = most
  }

  override next(): Token {
    const token = super.next()
    if (Type.equals(token.type, Type.break)) {
      const ended = this.#levels.pop()
      const isWhole = ended !== undefined && (!ended.isMap || ended.seen % 2 === 0)
      if (ended?.left !== Number.POSITIVE_INFINITY || !isWhole) {
        throw new SyntaxError('a break where a value should be')
      }
      this.#closeFull()
      return token
    }
    this.#count(token)
    return token
  }

  #count({ type, value }: Token): void {
    this.#values += 1
    if (this.#values > this.#most) throw new SyntaxError(`more than ${this.#most} values`)
    if (Type.equals(type, Type.float)) throw new SyntaxError('a fraction')
    const level = this.#levels.at(-1)
    if (level !== undefined) {
      level.left -= 1
      level.seen += 1
    }
    const isMap = Type.equals(type, Type.map)
    if (isMap || Type.equals(type, Type.array)) {
      if (this.#levels.length >= DEEPEST) throw new SyntaxError(`more than ${DEEPEST} levels`)
      this.#levels.push({ left: isMap ? value * 2 : value, isMap, seen: 0 })
    }
    this.#closeFull()
  }

  #closeFull(): void {
    while (this.#levels.at(-1)?.left === 0) this.#levels.pop()
  }
}
