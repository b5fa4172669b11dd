/**
 * The contracts through which ESC reads the main chain: 0x3ef a block's header by height, 0x3f0 the
 * latest height. Storage holds what they answer, and is written from outside.
 *
 *     0x3f0   slot 0                     latest height
 *     0x3ef   slot (height + 1) × 8      previous hash
 *             + 1, + 2, + 3              bits, Merkle root, hash
 *
 * Hashes are in the order of their bytes, not the reverse that is shown. A height nobody knows is a
 * failed call that burns all gas.
 *
 * @see Elastos.ELA.SideChain.ESC core/vm/contracts.go getMainChainBlockByHeight,
 * getMainChainLatestHeight
 */
export const HEADER_ADDRESS = `0x${'3ef'.padStart(40, '0')}`
export const HEIGHT_ADDRESS = `0x${'3f0'.padStart(40, '0')}`

const joined = (...lines: readonly string[]) => `0x${lines.join('').replaceAll(' ', '')}`

const FAIL = '37'

export const HEADER_CODE = joined(
  '60 20 35 63 ff ff ff ff 16', //         height = calldata[32…63], cut to 32 bits as in the node
  '80 60 80 52', //                        memory[128] = height
  '60 01 01 60 03 1b', //                  slot = (height + 1) << 3
  '80 54 5f 52', //                        memory[0] = storage[slot]
  '80 60 01 01 54 60 20 52', //            memory[32] = storage[slot + 1]
  '80 60 02 01 54 60 40 52', //            memory[64] = storage[slot + 2]
  `60 03 01 54 80 15 60 ${FAIL} 57`, //    hash = storage[slot + 3]; hash == 0 → fail
  '60 60 52 60 a0 5f f3', //               memory[96] = hash; return 160 bytes
  '5b fe', //                              fail: burn all gas
)
export const HEIGHT_CODE = joined('5f 54 5f 52 60 20 5f f3') // return storage[0]

export interface MainchainHeader {
  readonly height: number
  /** Hashes as they are shown: 64 digits, bytes reversed. */
  readonly hash: string
  readonly previous: string
  readonly merkleRoot: string
  readonly bits: number
}

/** `[address, slot, value]`, as the engine takes it. */
export type StorageWrite = readonly [string, string, string]

export function headerWrites(header: MainchainHeader): readonly StorageWrite[] {
  const { height, hash, previous, merkleRoot, bits } = header
  const words = [reversed(previous), wordOf(bits), reversed(merkleRoot), reversed(hash)]
  return words.map((word, at) => [HEADER_ADDRESS, wordOf((height + 1) * 8 + at), word])
}

export function hashSlot(height: number): string {
  return wordOf((height + 1) * 8 + 3)
}

/** The hash in a storage word, as it is shown. */
export function hashIn(word: unknown): string {
  return reversed(String(word).replace(/^0x/, '')).slice(2)
}

/** Makes a height unknown again. */
export function headerErasure(height: number): StorageWrite {
  return [HEADER_ADDRESS, hashSlot(height), wordOf(0)]
}

export function heightWrite(height: number): StorageWrite {
  return [HEIGHT_ADDRESS, wordOf(0), wordOf(height)]
}

function wordOf(value: number): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

function reversed(shown: string): string {
  return `0x${Buffer.from(shown, 'hex').reverse().toString('hex').padStart(64, '0')}`
}
