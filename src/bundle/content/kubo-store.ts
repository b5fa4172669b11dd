/** A Kubo somewhere, used by its RPC. */
import { randomBytes } from 'node:crypto'
import { messageOf } from '../../base/errors.ts'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { MODERN } from '../../protocol/ipfs/file-dag.ts'
import { bodyUpTo } from './body.ts'
import { ContentError } from './errors.ts'
import type { ContentStore, StoredFile } from './store.ts'
import { byPath, folderDag } from './stored-files.ts'

const TIMEOUT_MS = 60_000
const CRLF = '\r\n'
const MAX_BLOCK_BYTES = 4 * 1024 * 1024

/** What makes a Kubo split files as we do. One that knows fewer of these is found out by the id. */
const ADD = {
  'cid-version': '1',
  'raw-leaves': 'true',
  chunker: `size-${MODERN.chunkBytes}`,
  'max-file-links': `${MODERN.width}`,
  'wrap-with-directory': 'true',
  pin: 'true',
  progress: 'false',
}

export class KuboStore implements ContentStore {
  readonly name: string
  readonly #url: string

  /** @param url of the RPC, without `/api/v0` */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
    this.name = `Kubo at ${this.#url}`
  }

  async addFolder(files: readonly StoredFile[]): Promise<Cid> {
    const sorted = [...files].sort(byPath)
    const { cid } = await folderDag(sorted, () => undefined)
    const boundary = `ela-${randomBytes(24).toString('hex')}`
    const body = ReadableStream.from(formOf(sorted, boundary))
    const contentType = `multipart/form-data; boundary=${boundary}`
    const response = await this.#call('add', ADD, { body, contentType })
    const lines = (await response.text()).split('\n').filter((line) => line.trim() !== '')
    const root = lines.map(lineOf).find(({ Name }) => Name === '')
    if (root?.Hash !== cidText(cid)) {
      throw ContentError.otherId(this.name, cidText(cid), String(root?.Hash ?? 'nothing'))
    }
    return cid
  }

  async block(cid: Cid): Promise<Uint8Array> {
    // Without this a Kubo that lacks the block looks for it in the whole network.
    const response = await this.#call('block/get', { arg: cidText(cid), timeout: '20s' })
    return bodyUpTo(response, MAX_BLOCK_BYTES, cidText(cid))
  }

  async pin(cid: Cid): Promise<void> {
    await (await this.#call('pin/add', { arg: cidText(cid) })).arrayBuffer()
  }

  async unpin(cid: Cid): Promise<void> {
    await (await this.#call('pin/rm', { arg: cidText(cid) })).arrayBuffer()
  }

  /** Who the node is. Throws `content/unreachable` when it is none. */
  async id(): Promise<string> {
    const { ID } = (await (await this.#call('id', {})).json()) as { ID?: unknown }
    if (typeof ID !== 'string') throw ContentError.unreachable(this.name, 'it names no id')
    return ID
  }

  async #call(
    command: string,
    query: Readonly<Record<string, string>>,
    form?: { readonly body: ReadableStream; readonly contentType: string },
  ): Promise<Response> {
    const url = `${this.#url}/api/v0/${command}?${new URLSearchParams(query)}`
    const init = {
      method: 'POST',
      // A redirect could lead a form of files anywhere.
      redirect: 'error' as const,
      ...(form === undefined ? { signal: AbortSignal.timeout(TIMEOUT_MS) } : {}),
      ...(form && {
        body: form.body,
        duplex: 'half' as const,
        headers: { 'content-type': form.contentType },
      }),
    }
    let response: Response
    try {
      response = await fetch(url, init)
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      throw ContentError.unreachable(this.name, messageOf(cause), error)
    }
    if (response.ok) return response
    const text = await response.text()
    throw ContentError.refused(this.name, reasonIn(text, response.status))
  }
}

async function* formOf(files: readonly StoredFile[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const { path, open } of files) {
    const disposition = `form-data; name="file"; filename="${encodeURIComponent(path)}"`
    const head = [
      `--${boundary}`,
      `Content-Disposition: ${disposition}`,
      'Content-Type: application/octet-stream',
    ]
    yield Buffer.from(`${head.join(CRLF)}${CRLF}${CRLF}`)
    yield* open()
    yield Buffer.from(CRLF)
  }
  yield Buffer.from(`--${boundary}--${CRLF}`)
}

function lineOf(line: string): { readonly Name?: unknown; readonly Hash?: unknown } {
  try {
    return (JSON.parse(line) ?? {}) as { Name?: unknown; Hash?: unknown }
  } catch {
    return {}
  }
}

function reasonIn(text: string, status: number): string {
  try {
    const { Message } = JSON.parse(text) as { Message?: unknown }
    if (typeof Message === 'string') return Message.replace(/\.$/, '')
  } catch {
    // Not every refusal is JSON.
  }
  return `status ${status} ${text.trim().slice(0, 120)}`
}
