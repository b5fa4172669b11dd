import { ContentError } from './errors.ts'

/** The body of an answer. Throws `content/tooLarge`, naming `what`, as soon as it is longer. */
export async function bodyUpTo(
  response: Response,
  maxBytes: number,
  what: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) throw ContentError.tooLarge(what, maxBytes)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
