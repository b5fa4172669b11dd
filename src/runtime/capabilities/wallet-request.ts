/** Requests to the user's wallet, as intents that wallets of Elastos know. */
import { ElaError } from '../../base/errors.ts'
import type { ChainName } from '../../bundle/capabilities/chain.ts'
import { asText, type GivenObject, member, onlyMembers } from './arguments.ts'
import { CallError } from './errors.ts'
import type { CapabilityInstance, ServiceCall } from './kind.ts'

const AMOUNT = /^\d{1,30}(?:\.\d{1,18})?$/
const EVM_ADDRESS = /^0x[0-9a-fA-F]{40}$/
const MAIN_ADDRESS = /^[1-9A-HJ-NP-Za-km-z]{34}$/
const CURRENCY: Readonly<Record<ChainName, string>> = { ela: 'ELA', esc: 'ETHSC', eid: 'ETHDID' }

/**
 * Hands a request to the wallet, which asks its user.
 * Throws `capability/notHere`, `capability/walletRefused`.
 */
export async function askWallet(
  action: string,
  params: Readonly<Record<string, unknown>>,
  { identity, world }: CapabilityInstance,
  { signal }: ServiceCall,
): Promise<unknown> {
  if (world.wallet === undefined) throw CallError.notHere('A wallet')
  const { app, name: appName, bundleId } = identity
  const isSigned = bundleId !== undefined
  try {
    return await world.wallet.ask({ action, params, app, appName, isSigned, signal })
  } catch (error) {
    const isOurs = error instanceof ElaError && !error.code.startsWith('capability/')
    throw isOurs ? CallError.walletRefused(error.message) : error
  }
}

/**
 * Coins: `{to, amount, memo?}` with the amount in ELA as text, or a call of a contract on ESC:
 * `{to?, value?, data}` with hexadecimal texts.
 */
export async function askToSend(
  chain: ChainName,
  given: GivenObject,
  instance: CapabilityInstance,
  call: ServiceCall,
): Promise<unknown> {
  if (member(given, 'data') !== undefined) return askToCall(chain, given, instance, call)
  onlyMembers(given, 'transaction', ['to', 'amount', 'memo'])
  const receiver = addressOf(chain, member(given, 'to'))
  const amount = member(given, 'amount')
  if (typeof amount !== 'string' || !AMOUNT.test(amount)) {
    throw CallError.badArgument('amount', 'a text such as `1.5`, in ELA')
  }
  const memo = member(given, 'memo')
  const params = {
    receiver,
    amount,
    currency: CURRENCY[chain],
    ...(memo === undefined ? {} : { memo: asText(memo, 'memo', 256) }),
  }
  return askWallet('pay', params, instance, call)
}

async function askToCall(
  chain: ChainName,
  given: GivenObject,
  instance: CapabilityInstance,
  call: ServiceCall,
): Promise<unknown> {
  if (chain !== 'esc') throw CallError.badArgument('chain', '`esc`: contracts are called there')
  onlyMembers(given, 'transaction', ['to', 'value', 'data'])
  const to = member(given, 'to')
  const transaction = {
    ...(to === undefined ? {} : { to: addressOf(chain, to) }),
    value: hexOf(member(given, 'value') ?? '0x0', 'value', /^0x[0-9a-fA-F]{1,64}$/),
    data: hexOf(member(given, 'data'), 'data', /^0x(?:[0-9a-fA-F]{2})*$/),
  }
  return askWallet('esctransaction', { payload: { params: [transaction] } }, instance, call)
}

function addressOf(chain: ChainName, given: unknown): string {
  const pattern = chain === 'ela' ? MAIN_ADDRESS : EVM_ADDRESS
  if (typeof given === 'string' && pattern.test(given)) return given
  throw CallError.badArgument('to', `an address of \`${chain}\``)
}

function hexOf(given: unknown, name: string, pattern: RegExp): string {
  if (typeof given === 'string' && pattern.test(given)) return given
  throw CallError.badArgument(name, 'hexadecimal, beginning with 0x')
}
