/**
 * How the runtime and a DApp on a Java virtual machine talk, over the DApp's standard input and
 * output: ABI `ela-stdio/1`. The DApp has no socket at all.
 *
 *     frame      length u32   kind u8   id u32   content          (big-endian; length counts from kind)
 *
 *     to the DApp
 *       1 request   id of the request    METHOD SP URL LF { name ":" SP value LF } LF body
 *       2 outcome   id of the call       "+" and JSON of what came back, or "-" and why it was refused
 *       3 ping      any id               32 bytes
 *     from the DApp
 *       4 answer    id of the request    status LF { name ":" SP value LF } LF body
 *       5 call      id the DApp chose    JSON: ["storage", "getText", ["key"]]
 *       6 pong      id of the ping       the same 32 bytes
 *
 * Bytes in JSON are `{"$bytes": base64}`. What the DApp prints goes to standard error.
 */
export const FRAME_KINDS = {
  ...{ request: 1, outcome: 2, ping: 3 },
  ...{ answer: 4, call: 5, pong: 6 },
} as const
export type FrameKind = keyof typeof FRAME_KINDS

export interface Frame {
  readonly kind: FrameKind
  readonly id: number
  readonly content: Buffer
}

export const LONGEST_CONTENT = 32 * 1024 ** 2
const HEAD = 5
const LENGTH = 4

export function encodeFrame({ kind, id, content }: Frame): Buffer {
  const head = Buffer.alloc(LENGTH + HEAD)
  head.writeUInt32BE(HEAD + content.length, 0)
  head.writeUInt8(FRAME_KINDS[kind], LENGTH)
  head.writeUInt32BE(id, LENGTH + 1)
  return Buffer.concat([head, content])
}

/** Puts frames together from whatever parts they come in. */
export class FrameReader {
  #parts: Buffer[] = []
  #length = 0

  /** The frames that are complete now. Throws for what is no frame; nothing can be read after that. */
  take(part: Buffer): readonly Frame[] {
    this.#parts.push(part)
    this.#length += part.length
    const frames: Frame[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Frame | undefined {
    if (this.#length < LENGTH) return undefined
    // Joined only when a whole frame is there, or a long one would be copied with every part.
    if ((this.#parts[0]?.length ?? 0) < LENGTH) this.#join()
    const length = this.#parts[0]?.readUInt32BE(0) ?? 0
    if (length < HEAD || length > HEAD + LONGEST_CONTENT) {
      throw new RangeError(`a frame of ${length} bytes`)
    }
    if (this.#length < LENGTH + length) return undefined
    const all = this.#join()
    const frame = parseFrame(all.subarray(LENGTH, LENGTH + length))
    const rest = all.subarray(LENGTH + length)
    this.#parts = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return frame
  }

  #join(): Buffer {
    const [first] = this.#parts
    const all = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts, this.#length)
    this.#parts = [all]
    return all
  }
}

function parseFrame(bytes: Buffer): Frame {
  const number = bytes.readUInt8(0)
  const kind = (Object.keys(FRAME_KINDS) as FrameKind[]).find((one) => FRAME_KINDS[one] === number)
  if (kind === undefined) throw new RangeError(`a frame of kind ${number}`)
  return { kind, id: bytes.readUInt32BE(1), content: bytes.subarray(HEAD) }
}
