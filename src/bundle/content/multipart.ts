/**
 * Forms with files, as they arrive.
 *
 *     --boundary CRLF headers CRLF CRLF body CRLF --boundary … --boundary--
 *
 * @see RFC 2046 §5.1, RFC 7578
 */
import { ContentError } from './errors.ts'

export interface FormPart {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** To be read before the next part is asked for; the rest of it is skipped otherwise. */
  readonly body: AsyncIterable<Uint8Array>
}

const MAX_HEADER_BYTES = 16 * 1024

/** The boundary a `Content-Type` names. Throws `content/badRequest`. */
export function boundaryOf(contentType: string | undefined): string {
  const found = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
    contentType ?? '',
  )
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw ContentError.badRequest('its body is no multipart form')
  return boundary
}

/** Throws `content/badRequest` for a form that is broken or ends too early. */
export async function* formParts(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<FormPart> {
  const reader = new FormReader(source, boundary)
  await reader.skipBody()
  while (await reader.hasPart()) {
    const headers = await reader.headers()
    yield { headers, body: reader.body() }
    await reader.skipBody()
  }
}

class FormReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Buffer
  // The first boundary has no line before it; this makes it like the others.
  #buffer: Buffer = Buffer.from('\r\n')
  #inBody = true

  constructor(source: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  async skipBody(): Promise<void> {
    for await (const _ of this.body());
  }

  async *body(): AsyncGenerator<Uint8Array> {
    while (this.#inBody) {
      const at = this.#buffer.indexOf(this.#delimiter)
      const end = at >= 0 ? at : Math.max(0, this.#buffer.length - this.#delimiter.length + 1)
      const part = this.#buffer.subarray(0, end)
      this.#buffer = this.#buffer.subarray(at >= 0 ? at + this.#delimiter.length : end)
      if (at >= 0) this.#inBody = false
      if (part.length > 0) yield part
      if (at < 0) await this.#more()
    }
  }

  /** After a boundary: whether a part follows. */
  async hasPart(): Promise<boolean> {
    while (this.#buffer.length < 2) await this.#more()
    const two = this.#buffer.toString('latin1', 0, 2)
    if (two === '--') return false
    if (two !== '\r\n') throw ContentError.badRequest('a boundary of the form is followed by text')
    this.#buffer = this.#buffer.subarray(2)
    return true
  }

  async headers(): Promise<ReadonlyMap<string, string>> {
    let end = this.#buffer.indexOf('\r\n\r\n')
    while (end < 0) {
      if (this.#buffer.length > MAX_HEADER_BYTES) {
        throw ContentError.badRequest('the headers of a part are too long')
      }
      await this.#more()
      end = this.#buffer.indexOf('\r\n\r\n')
    }
    const lines = this.#buffer.toString('utf8', 0, end).split('\r\n')
    this.#buffer = this.#buffer.subarray(end + 4)
    this.#inBody = true
    return new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next()
    if (done === true) throw ContentError.badRequest('its form ends too early')
    this.#buffer = Buffer.concat([this.#buffer, value])
  }
}
