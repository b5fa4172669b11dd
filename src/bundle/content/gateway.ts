/** The gateway: `GET /ipfs/ID[/path]`, and `?format=raw` for one block as it is. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf } from '../../base/content-type.ts'
import { cidText } from '../../protocol/ipfs/cid.ts'
import { ContentError } from './errors.ts'
import { type Content, contentAt, contentOf, fileContent } from './read.ts'
import type { BlockSource } from './store.ts'

export const GATEWAY = '/ipfs/'

const HEADERS = {
  'cache-control': 'public, max-age=29030400, immutable',
  'x-content-type-options': 'nosniff',
  // Whoever wrote a page here is a stranger to every other one and to this machine.
  'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups',
}

/** Answers one request. Throws what reading throws; nothing was answered then. */
export async function answerGateway(
  request: IncomingMessage,
  response: ServerResponse,
  source: BlockSource,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const path = decoded(pathname)
  const content = await contentOf(source, path)
  const format = searchParams.get('format')
  if (format === 'raw') {
    const type = 'application/vnd.ipld.raw'
    await send(request, response, { content, type, body: [await source.block(content.cid)] })
  } else if (format !== null) {
    throw ContentError.badRequest(`the format ${format.slice(0, 20)} is not supported; raw is`)
  } else if (content.kind === 'file') {
    await sendFile(request, response, { source, content, path })
  } else if (!path.endsWith('/')) {
    response.writeHead(301, { location: `${pathname}/` }).end()
  } else {
    const link = content.links.find(({ name }) => name === 'index.html')
    if (link === undefined) throw ContentError.noSuchEntry(cidText(content.cid), 'index.html')
    const page = await contentAt(source, link.cid)
    await sendFile(request, response, { source, content: page, path: `${path}index.html` })
  }
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    throw ContentError.badRequest('its path is broken')
  }
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly source: BlockSource; readonly content: Content; readonly path: string },
): Promise<void> {
  const { source, content, path } = file
  const body = fileContent(source, content)
  return send(request, response, { content, type: contentTypeOf(path), body })
}

interface Answer {
  readonly content: Content
  readonly type: string
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { content, type, body }: Answer,
): Promise<void> {
  const etag = `"${cidText(content.cid)}"`
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { ...HEADERS, etag }).end()
    return
  }
  const isFile = type !== 'application/vnd.ipld.raw'
  const length = isFile ? { 'content-length': content.fileSize } : {}
  response.writeHead(200, { ...HEADERS, ...length, etag, 'content-type': type })
  if (request.method === 'HEAD') response.end()
  else await pipeline(Readable.from(body), response)
}
