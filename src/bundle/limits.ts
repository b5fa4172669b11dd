/** Sizes above which a bundle is neither made nor read. */

const KIB = 1024
const MIB = 1024 * KIB

export const limits = {
  compressedBytes: 256 * MIB,
  uncompressedBytes: 1024 * MIB,
  files: 65_535,
  manifestBytes: 64 * KIB,
  signatureBytes: 64 * KIB,
  listBytes: 16 * MIB,
} as const

/** A file may grow this many times when it is unpacked. */
const MAX_RATIO = 100
/** Below it the ratio says nothing: padding alone compresses better. */
const RATIO_FROM_BYTES = MIB

/** How many bytes a file of this size may unpack to. */
export function unpackedLimit(compressedBytes: number): number {
  return Math.min(limits.uncompressedBytes, Math.max(RATIO_FROM_BYTES, MAX_RATIO * compressedBytes))
}
