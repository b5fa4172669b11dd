/**
 * Which paths a bundle may hold: such as mean the same one file on every file system.
 *
 * Checked when packing and, before anything is written, when verifying.
 */
import { splitPath } from './ustar.ts'

export const MANIFEST = 'ela.json'
export const SIGNATURES = 'ela.sig.json'
export const FILE_LIST = 'ela.files'

const MAX_PATH_BYTES = 255
const MAX_SEGMENT_BYTES = 100
const MAX_DEPTH = 32
/** Control and invisible characters, those that turn text around, and what Windows refuses. */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /[\u0000-\u001f\u007f<>:"|?*\\\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff0-\uffff]|\p{Surrogate}/u
/** Windows opens a device under these names, whatever the extension. */
const DEVICE =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/iu
/** The second name Windows gives to long names, as PROGRA~1. */
const SHORT_ALIAS = /^[^.]{1,6}~\d+(?:\.[^.]{0,3})?$/u
const RESERVED_FOLDERS = ['.GIT', '.ELA', 'NODE_MODULES/.CACHE']

/** What is wrong with a path, in words; `undefined` when nothing is. */
export function faultOfPath(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (FORBIDDEN.test(path)) return 'it has a character that is not allowed'
  if (path.normalize('NFC') !== path) return 'it is not in Unicode form NFC'
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`
  const segments = path.split('/')
  if (segments.length > MAX_DEPTH) return `it is more than ${MAX_DEPTH} folders deep`
  for (const segment of segments) {
    const fault = faultOfSegment(segment)
    if (fault !== undefined) return fault
  }
  const key = collisionKey(path)
  if (RESERVED_FOLDERS.some((folder) => key === folder || key.startsWith(`${folder}/`))) {
    return 'its folder stays outside of bundles'
  }
  if (splitPath(path) === undefined) return 'its last part is too long for a tar header'
  return undefined
}

function faultOfSegment(segment: string): string | undefined {
  if (segment === '') return 'a part of it is empty'
  if (segment === '.' || segment === '..') return `\`${segment}\` is no name`
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
    return `a part of it is longer than ${MAX_SEGMENT_BYTES} bytes`
  }
  if (segment.startsWith(' ') || /[. ]$/.test(segment)) {
    return 'a part of it begins with a space, or ends with a space or a dot'
  }
  if (DEVICE.test(segment)) return `\`${segment}\` is the name of a device`
  if (SHORT_ALIAS.test(segment)) return `\`${segment}\` looks like a short name of Windows`
  return undefined
}

/** Equal for paths that some file system takes for one. */
export function collisionKey(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII needs no Unicode tables.
  if (/^[\u0000-\u007f]*$/.test(path)) return path.toUpperCase()
  return path.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC')
}

/** Paths seen so far, with every folder above them. */
export class SeenPaths {
  readonly #files = new Map<string, string>()
  readonly #folders = new Map<string, string>()
  readonly #spelledFolders = new Set<string>()

  constructor() {
    for (const name of [MANIFEST, SIGNATURES, FILE_LIST]) this.#files.set(collisionKey(name), name)
  }

  /** The path this one collides with, or `undefined`; it counts as seen from now on. */
  add(path: string): string | undefined {
    const slash = path.lastIndexOf('/')
    const above = slash < 0 ? undefined : this.addFolder(path.slice(0, slash))
    if (above !== undefined) return above
    const key = collisionKey(path)
    const other = this.#files.get(key) ?? this.#folders.get(key)
    this.#files.set(key, path)
    return other
  }

  /** As `add`, for a folder; the same spelling may come again. */
  addFolder(folder: string): string | undefined {
    if (this.#spelledFolders.has(folder)) return undefined
    const slash = folder.lastIndexOf('/')
    const above = slash < 0 ? undefined : this.addFolder(folder.slice(0, slash))
    if (above !== undefined) return above
    const key = collisionKey(folder)
    const other = this.#files.get(key) ?? this.#folders.get(key)
    if (other !== undefined) return other
    this.#folders.set(key, folder)
    this.#spelledFolders.add(folder)
    return undefined
  }
}
