import { type CapabilityGrammar, own, type Wish, WishFault } from './grammar.ts'

export interface StorageWish extends Wish {
  /** How much it may keep: keys and values. */
  readonly bytes: number
}

const MOST_BYTES = 1024 ** 3

export const storage: CapabilityGrammar<StorageWish> = {
  name: 'storage',
  summary: 'keep data of its own on this machine',
  members: ['bytes'],
  example: { bytes: 10_485_760, reason: 'keeps your songs' },
  parse(asked) {
    const bytes = own(asked, 'bytes')
    if (typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes > 0) {
      if (bytes <= MOST_BYTES) return { bytes }
    }
    throw new WishFault(`\`storage.bytes\` is no whole number from 1 to ${MOST_BYTES}`)
  },
  describe: ({ bytes }) => [`keep up to ${sizeText(bytes)} on this machine`],
  added: (before, now) => (now.bytes > before.bytes ? storage.describe(now) : []),
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const [unit, size] = bytes < 1024 ** 2 ? ['KiB', bytes / 1024] : ['MiB', bytes / 1024 ** 2]
  return `${Number(size.toFixed(1))} ${unit}`
}
