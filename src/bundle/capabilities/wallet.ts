import { CHAIN_NAMES, type ChainName } from './chain.ts'
import { type CapabilityGrammar, textsAt, type Wish } from './grammar.ts'

/** Method of `env.ELA.wallet` → what the user lets happen. */
export const WALLET_METHODS = {
  address: 'see your address',
  send: 'ask you to send coins',
  signMessage: 'ask you to sign messages',
  signTypedData: 'ask you to sign typed data for contracts',
} as const
export type WalletMethod = keyof typeof WALLET_METHODS

export interface WalletWish extends Wish {
  readonly chains: readonly ChainName[]
  readonly methods: readonly WalletMethod[]
}

export const wallet: CapabilityGrammar<WalletWish> = {
  name: 'wallet',
  summary: 'ask your wallet, which asks you',
  members: ['chains', 'methods'],
  example: { chains: ['esc'], methods: ['send'], reason: 'buys songs' },
  parse: (asked) => ({
    chains: textsAt(asked, 'chains', {
      most: CHAIN_NAMES.length,
      isGood: (text) => (CHAIN_NAMES as readonly string[]).includes(text),
      what: `one of ${CHAIN_NAMES.join(', ')}`,
    }) as ChainName[],
    methods: textsAt(asked, 'methods', {
      most: Object.keys(WALLET_METHODS).length,
      isGood: (text) => Object.hasOwn(WALLET_METHODS, text),
      what: `one of ${Object.keys(WALLET_METHODS).join(', ')}`,
    }) as WalletMethod[],
  }),
  describe: ({ chains, methods }) =>
    methods.flatMap((method) => chains.map((name) => `${WALLET_METHODS[method]} (${name})`)),
}
