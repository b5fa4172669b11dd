/** The chains that hold ELA. It has 8 decimals on the main chain and 18 on the others. */
export type Chain = 'mainchain' | 'esc' | 'eid'
export type EvmChain = Exclude<Chain, 'mainchain'>

/** Where ESC or EID answers. */
export interface EvmNode {
  readonly chain: EvmChain
  readonly rpc: string
  readonly chainId: number
}

interface ChainFacts {
  /** As in a sentence. */
  readonly title: string
  readonly decimals: number
  /** One of the smallest unit, in ELA. */
  readonly smallest: string
  readonly addressKind: string
}

const evm = {
  decimals: 18,
  smallest: `0.${'0'.repeat(17)}1`,
  addressKind: 'one that begins with 0x and has 40 digits',
}

export const CHAINS: Readonly<Record<Chain, ChainFacts>> = {
  mainchain: {
    title: 'the main chain',
    decimals: 8,
    smallest: '0.00000001',
    addressKind: 'one of 34 characters that begins with E or 8',
  },
  esc: { title: 'ESC', ...evm },
  eid: { title: 'EID', ...evm },
}
