/** Answers a request with a file: validators, ranges, and the live script in pages. */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentTypeOf } from '../../base/content-type.ts'
import { withLiveScript } from './live-reload.ts'

export interface FileToSend {
  /** Full path of a file that exists and may be sent. */
  readonly file: string
  /** 200, or 404 for a project's own page. */
  readonly status?: number
  /** SHA-256 of a file that never changes under its address. */
  readonly digest?: string | undefined
  /** Whether pages follow changes. */
  readonly isLive: boolean
}

export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { file, status = 200, digest, isLive }: FileToSend,
): void {
  const type = contentTypeOf(file)
  response.setHeader('content-type', type)
  // Otherwise always asked again, never sent again: an edit shows at once.
  const cache = digest === undefined ? 'no-cache' : 'private, max-age=31536000, immutable'
  response.setHeader('cache-control', cache)
  if (isLive && type.startsWith('text/html')) {
    const page = withLiveScript(readFileSync(file))
    response.writeHead(status, { 'content-length': page.length })
    response.end(request.method === 'HEAD' ? undefined : page)
    return
  }
  const { size, mtimeNs, ino } = statSync(file, { bigint: true })
  const stamp = `${size.toString(36)}-${mtimeNs.toString(36)}-${ino.toString(36)}`
  const tag = `"${digest ?? stamp}"`
  response.setHeader('etag', tag)
  if (matches(request.headers['if-none-match'], tag)) {
    response.writeHead(304).end()
    return
  }
  sendPart(request, response, { file, status, tag, size: Number(size) })
}

function matches(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((item) => item.trim().replace(/^W\//, '')) ?? []
  return tags.includes(tag) || tags.includes('*')
}

interface Sent {
  readonly file: string
  readonly status: number
  readonly tag: string
  readonly size: number
}

/** Players of sound and video ask for ranges, and some refuse to play without. */
function sendPart(request: IncomingMessage, response: ServerResponse, sent: Sent): void {
  const { file, size } = sent
  const asked = request.headers['if-range'] ?? sent.tag
  const range = asked === sent.tag ? rangeOf(request.headers.range, size) : undefined
  response.setHeader('accept-ranges', 'bytes')
  if (range === 'outside') {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  const { first, last } = range ?? { first: 0, last: size - 1 }
  if (range !== undefined) response.setHeader('content-range', `bytes ${first}-${last}/${size}`)
  response.writeHead(range === undefined ? sent.status : 206, {
    'content-length': last - first + 1,
  })
  if (request.method === 'HEAD' || size === 0) {
    response.end()
    return
  }
  const stream = createReadStream(file, { start: first, end: last })
  // The head is gone already: a broken body is all that can be told.
  stream.on('error', () => response.destroy())
  response.on('close', () => stream.destroy())
  stream.pipe(response)
}

/** One range of bytes; several in one request may be answered with the whole, and are. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly first: number; readonly last: number } | 'outside' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < first) return undefined
  return first > last ? 'outside' : { first, last }
}
