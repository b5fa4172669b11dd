import { defineErrors } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'
import { CHAINS, type Chain } from './chains.ts'

/** All that can go wrong with balances and transfers. */
export const WalletError = defineErrors('wallet', {
  unknownChain: (typed: string) => ({
    message: `There is no chain called \`${typed}\`.`,
    hint: suggestion(typed, Object.keys(CHAINS)),
    exit: 'misused',
  }),
  notAnAmount: (typed: string) => ({
    message: `\`${typed}\` is not an amount of ELA.`,
    hint: 'Write digits with at most one point, such as 12 or 0.5.',
    exit: 'misused',
  }),
  negativeAmount: (typed: string) => ({
    message: `An amount must be more than nothing; ${typed} is less.`,
    hint: 'To send the other way, exchange sender and recipient.',
    exit: 'misused',
  }),
  zeroAmount: () => ({
    message: 'An amount must be more than nothing.',
    hint: 'Write how much to send, such as 12 or 0.5.',
    exit: 'misused',
  }),
  tooManyDecimals: (typed: string, chain: Chain) => ({
    message: `${typed} has more than the ${CHAINS[chain].decimals} decimals ${CHAINS[chain].title} keeps.`,
    hint: `The smallest amount there is ${CHAINS[chain].smallest} ELA.`,
    exit: 'misused',
  }),
  amountTooLarge: (typed: string, limit: string) => ({
    message: `${typed.length > 40 ? `${typed.slice(0, 40)}…` : typed} ELA is more than all ELA there can be.`,
    hint: `Stay below ${limit} ELA.`,
    exit: 'misused',
  }),
  notEnough: (details: {
    readonly chain: Chain
    readonly address: string
    readonly has: string
    readonly needs: string
  }) => ({
    message:
      `${details.address} has ${details.has} ELA to spend on ${CHAINS[details.chain].title}; ` +
      `${details.needs} are needed, fee included.`,
    hint: `Get some with \`ela faucet ${details.address} AMOUNT --on ${details.chain}\`.`,
    exit: 'refused',
  }),
  coinsWaiting: (address: string) => ({
    message: `The coins of ${address} are enough, but some are in transactions that wait for a block.`,
    hint: 'Make a block with `ela mine --on mainchain`, or wait for one.',
    exit: 'refused',
  }),
  unknownName: (typed: string, names: readonly string[]) => ({
    message: `\`${typed}\` is neither an address nor the name of an account.`,
    hint: suggestion(typed, names),
    exit: 'misused',
  }),
  otherChainsAddress: (typed: string, kind: string, chain: Chain) => ({
    message: `${typed} is ${kind}; ${CHAINS[chain].title} needs ${CHAINS[chain].addressKind}.`,
    hint: 'Choose the chain with `--on mainchain`, `--on esc` or `--on eid`.',
    exit: 'misused',
  }),
  didHasNoCoins: (did: string) => ({
    message: `${did} is a DID, and DIDs hold no coins.`,
    hint: 'Give an address, or the name of the account, such as `alice`.',
    exit: 'misused',
  }),
  lockedAddress: (address: string) => ({
    message: `Coins sent to ${address} by a plain transfer could not be spent again.`,
    hint: 'Addresses that begin with X, D, S or i need transactions of their own kind.',
    exit: 'misused',
  }),
  damagedAddress: (typed: string, chain: Chain, cause: unknown) => ({
    message: `\`${typed}\` is no address: a character is wrong, missing or too much.`,
    hint: `${CHAINS[chain].title} needs ${CHAINS[chain].addressKind}. Copy it anew.`,
    exit: 'misused',
    cause,
  }),
  notOurAccount: (typed: string, names: readonly string[]) => ({
    message: `\`ela\` has no key of ${typed}; it can send from the devnet's own accounts.`,
    hint: `They are ${names.join(', ')}.`,
    exit: 'misused',
  }),
  foreignNetwork: (chain: Chain, rpc: string, why: string) => ({
    message: `${rpc} is not the ${chain} of a devnet: ${why}.`,
    hint: 'The keys of a devnet are public. They sign for devnets only, so that nobody loses real coins by them.',
    exit: 'refused',
  }),
  wrongChainId: (rpc: string, expected: number, got: string) => ({
    message: `${rpc} has chain id ${got}, not ${expected}.`,
    exit: 'refused',
  }),
  reverted: (hash: string, height: number) => ({
    message: `Transaction ${hash} was mined in block ${height}, but it was undone: the contract reverted.`,
    exit: 'refused',
  }),
  unexpectedReply: (rpc: string, method: string, reply: unknown) => ({
    message: `${rpc} answered ${method} with something else than asked for: ${brief(reply)}.`,
    exit: 'unreachable',
  }),
  memoNotHere: (chain: Chain) => ({
    message: `Transfers on ${CHAINS[chain].title} carry no memo.`,
    hint: 'Leave out `--memo`, or send on the main chain.',
    exit: 'misused',
  }),
  chainNeeded: (typed: string) => ({
    message: `\`${typed}\` can receive coins on several chains.`,
    hint: 'Say which with `--on mainchain`, `--on esc` or `--on eid`.',
    exit: 'answerNeeded',
  }),
  memoTooLong: (bytes: number, limit: number) => ({
    message: `The memo has ${bytes} bytes; at most ${limit} are sent.`,
    hint: 'Shorten it, or put its hash into the memo and the text elsewhere.',
    exit: 'misused',
  }),
})

function brief(reply: unknown): string {
  const text = JSON.stringify(reply) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
