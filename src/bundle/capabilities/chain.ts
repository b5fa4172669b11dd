import type { JsonObject } from '../../protocol/did/canonical-json.ts'
import { type CapabilityGrammar, own, textsAt, type Wish, WishFault } from './grammar.ts'

export const CHAIN_NAMES = ['ela', 'esc', 'eid'] as const
export type ChainName = (typeof CHAIN_NAMES)[number]
export type ChainRight = 'read' | 'send'

export interface ChainWish extends Wish {
  readonly chains: Readonly<Partial<Record<ChainName, readonly ChainRight[]>>>
}

const TITLES: Readonly<Record<ChainName, string>> = {
  ela: 'the main chain',
  esc: 'ESC',
  eid: 'EID',
}
const RIGHTS: readonly string[] = ['read', 'send']

export const chain: CapabilityGrammar<ChainWish> = {
  name: 'chain',
  summary: 'read the chains, and ask you to send on them',
  members: CHAIN_NAMES,
  example: { ela: ['read'], esc: ['read', 'send'], reason: 'shows and pays royalties' },
  parse(asked) {
    const named = CHAIN_NAMES.filter((name) => own(asked, name) !== undefined)
    if (named.length === 0) throw new WishFault('`chain` names none of ela, esc and eid')
    return { chains: Object.fromEntries(named.map((name) => [name, rightsAt(asked, name)])) }
  },
  describe: ({ chains }) =>
    CHAIN_NAMES.flatMap((name) =>
      (chains[name] ?? []).map((right) =>
        right === 'read'
          ? `read ${TITLES[name]}`
          : `send on ${TITLES[name]}, each time with your approval`,
      ),
    ),
}

function rightsAt(asked: JsonObject, name: ChainName): readonly ChainRight[] {
  const isGood = (text: string) => RIGHTS.includes(text)
  return textsAt(asked, name, { most: 2, isGood, what: '`read` or `send`' }) as ChainRight[]
}
