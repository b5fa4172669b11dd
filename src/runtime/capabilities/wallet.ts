import { CHAIN_NAMES, type ChainName } from '../../bundle/capabilities/chain.ts'
import {
  wallet as grammar,
  type WalletMethod,
  type WalletWish,
} from '../../bundle/capabilities/wallet.ts'
import { asObject, asText, atMost } from './arguments.ts'
import type { ElaWallet } from './env.ts'
import { CallError } from './errors.ts'
import type { Answer, Capability } from './kind.ts'
import { askToSend, askWallet } from './wallet-request.ts'

const MOST_BYTES = 1024 ** 2

/** `env.ELA.wallet`: everything goes to the user's wallet, which asks its user each time. */
export const wallet: Capability<WalletWish, keyof ElaWallet> = {
  grammar,
  methods: {
    address: { mostBytes: 1024 },
    send: { mostBytes: MOST_BYTES },
    signMessage: { mostBytes: MOST_BYTES },
    signTypedData: { mostBytes: MOST_BYTES },
  },
  open(instance) {
    const { methods, chains } = instance.wish
    /** Throws `capability/notDeclared` before an argument is looked at. */
    const declared =
      (method: WalletMethod, answer: Answer): Answer =>
      async (args, call) => {
        if (!methods.includes(method)) throw CallError.notDeclared(`\`wallet.${method}\``)
        return answer(args, call)
      }
    const chainOf = (given: unknown): ChainName => {
      const name = CHAIN_NAMES.find((one) => one === given)
      if (name === undefined) {
        throw CallError.badArgument('chain', `one of ${CHAIN_NAMES.join(', ')}`)
      }
      if (!chains.includes(name)) throw CallError.notDeclared(`the wallet on \`${name}\``)
      return name
    }
    return {
      answers: {
        address: declared('address', async (args, call) => {
          atMost(args, 1)
          const field = chainOf(args[0]) === 'ela' ? 'elaaddress' : 'ethaddress'
          return askWallet('walletaccess', { reqfields: { [field]: true } }, instance, call)
        }),
        send: declared('send', async (args, call) => {
          atMost(args, 2)
          const name = chainOf(args[0])
          call.note({ target: name })
          return askToSend(name, asObject(args[1], 'transaction'), instance, call)
        }),
        signMessage: declared('signMessage', async (args, call) => {
          atMost(args, 2)
          signingChain(chainOf(args[0]))
          const data = asText(args[1], 'message', 64 * 1024)
          return askWallet('personalsign', { data }, instance, call)
        }),
        signTypedData: declared('signTypedData', async (args, call) => {
          atMost(args, 2)
          signingChain(chainOf(args[0]))
          const payload = JSON.stringify(asObject(args[1], 'typedData'))
          return askWallet('signtypeddata', { payload, useV4: true }, instance, call)
        }),
      },
      async close() {},
    }
  },
}

/** Accounts of the main chain sign transactions only. */
function signingChain(name: ChainName): void {
  if (name === 'ela') throw CallError.badArgument('chain', '`esc` or `eid`')
}
