/** `add`: a form of files becomes blocks, with the options that clients of Kubo send. */
import type { IncomingMessage } from 'node:http'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { directoryDag, type TreeEntry } from '../../protocol/ipfs/directory-dag.ts'
import { CLASSIC, type DagProfile, type DagRoot, FileDag } from '../../protocol/ipfs/file-dag.ts'
import { ContentError } from './errors.ts'
import type { LocalStore } from './local-store.ts'
import { boundaryOf, type FormPart, formParts } from './multipart.ts'

/** A line of the answer. `Size` is of all blocks behind the id, as text. */
export interface AddedLine {
  readonly Name: string
  readonly Hash: string
  readonly Size: string
}

/** Largest block other nodes exchange. */
const MAX_CHUNK_BYTES = 1024 * 1024
const NOT_HERE = ['trickle', 'nocopy', 'fscache', 'inline', 'preserve-mode', 'preserve-mtime']

/**
 * Stores the files of the form and names each, then each folder; the one around all has no name.
 * Throws `content/badRequest`, `protocol/…`.
 */
export async function addForm(
  request: IncomingMessage,
  query: URLSearchParams,
  store: LocalStore,
): Promise<readonly AddedLine[]> {
  const profile = profileOf(query)
  const onlyHash = query.get('only-hash') === 'true'
  const take = (cid: Cid, bytes: Uint8Array) => (onlyHash ? undefined : store.put(cid, bytes))
  const entries: TreeEntry[] = []
  for await (const part of formParts(request, boundaryOf(request.headers['content-type']))) {
    const path = pathOf(part, entries.length)
    if (part.headers.get('content-type') === 'application/x-directory') entries.push({ path })
    else entries.push({ path, file: await fileOf(part, profile, take) })
  }
  if (entries.length === 0) throw ContentError.badRequest('it names no file')
  const folders: (readonly [string, DagRoot])[] = []
  directoryDag(entries, {
    version: profile.version,
    take,
    made: (path, root) => folders.push([path, root]),
  })
  const wrap = query.get('wrap-with-directory') === 'true'
  const files = entries.flatMap(({ path, file }) => (file ? [[path, file] as const] : []))
  const named = [...files, ...folders.filter(([path]) => wrap || path !== '')]
  if (!onlyHash && query.get('pin') !== 'false') {
    const tops = wrap ? folders.slice(-1) : named.filter(([path]) => !path.includes('/'))
    for (const [, { cid }] of tops) await store.pin(cid)
  }
  return named.map(([Name, { cid, dagSize }]) => ({ Name, Hash: cidText(cid), Size: `${dagSize}` }))
}

async function fileOf(
  { body }: FormPart,
  profile: DagProfile,
  take: (cid: Cid, bytes: Uint8Array) => void,
): Promise<DagRoot> {
  const dag = new FileDag(profile, take)
  for await (const bytes of body) dag.push(bytes)
  return dag.end()
}

/** Clients write the name as in a query; a part without one is named by its place. */
function pathOf({ headers }: FormPart, index: number): string {
  const written = /\bfilename="((?:[^"\\]|\\.)*)"/.exec(headers.get('content-disposition') ?? '')
  if (written?.[1] === undefined) return index === 0 ? 'file' : `file-${index}`
  try {
    return decodeURIComponent(written[1].replaceAll('+', ' ')).replace(/^\/+|\/+$/g, '')
  } catch {
    throw ContentError.badRequest(`the file name ${written[1].slice(0, 60)} is broken`)
  }
}

/** What no option says is as in Kubo's own default. */
function profileOf(query: URLSearchParams): DagProfile {
  for (const name of NOT_HERE) {
    if (query.get(name) === 'true') throw ContentError.badRequest(`\`${name}\` is not supported`)
  }
  const hash = query.get('hash') ?? 'sha2-256'
  if (hash !== 'sha2-256') throw ContentError.badRequest(`the hash ${hash} is not supported`)
  const version = query.get('cid-version') ?? '0'
  if (version !== '0' && version !== '1') {
    throw ContentError.badRequest(`there is no version ${version} of content ids`)
  }
  const rawLeaves = query.get('raw-leaves')
  return {
    version: version === '1' ? 1 : 0,
    rawLeaves: rawLeaves === null ? version === '1' : rawLeaves === 'true',
    chunkBytes: chunkBytesOf(query.get('chunker')),
    width: whole(query.get('max-file-links') ?? `${CLASSIC.width}`, 2, 16_384),
  }
}

function chunkBytesOf(chunker: string | null): number {
  if (chunker === null || chunker === 'default') return CLASSIC.chunkBytes
  if (!chunker.startsWith('size-')) {
    throw ContentError.badRequest(`the chunker ${chunker} is not supported; \`size-BYTES\` is`)
  }
  return whole(chunker.slice('size-'.length), 1, MAX_CHUNK_BYTES)
}

function whole(text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw ContentError.badRequest(`${text} is no number from ${least} to ${most}`)
  }
  return value
}
