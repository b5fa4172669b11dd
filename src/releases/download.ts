/** Archives from web servers, which are believed nothing. */
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../base/errors.ts'
import { ContentError } from '../bundle/content/errors.ts'
import { limits } from '../bundle/limits.ts'

const TIMEOUT_MS = 5 * 60_000

/**
 * Fetches an archive into a new file of `folder`, which the caller removes.
 * Throws `content/unreachable`, `content/refused`, `content/tooLarge`.
 */
export async function download(url: string, folder: string, signal: AbortSignal): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${randomBytes(8).toString('hex')}.part`)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const response = await fetch(url, { signal: limit }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw ContentError.unreachable(url, messageOf(cause), error)
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw ContentError.refused(url, `status ${response.status}`)
  }
  let length = 0
  const counting = new Transform({
    transform(part: Buffer, _encoding, done) {
      length += part.length
      if (length <= limits.compressedBytes) done(null, part)
      else done(ContentError.tooLarge(url, limits.compressedBytes))
    },
  })
  try {
    const body = Readable.from(response.body as AsyncIterable<Uint8Array>)
    await pipeline(body, counting, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
    return file
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
}
