/**
 * The engine's errors as a real node would put them.
 *
 * @see Elastos.ELA.SideChain.ESC core/vm/errors.go, internal/ethapi/api.go newRevertError,
 * rpc/json.go parsePositionalArguments, eth/filters
 */
import { isObject } from './json-values.ts'
import { invalidParams, type RpcFailure, refusal } from './rpc-message.ts'

/** The engine's name of what went wrong in a contract; it does not tell opcodes and stack sizes. */
const vmErrors: ReadonlyMap<string, string> = new Map([
  ['CallNotAllowedInsideStatic', 'write protection'],
  ['CallTooDeep', 'max call depth exceeded'],
  ['CreateCollision', 'contract address collision'],
  ['CreateContractSizeLimit', 'max code size exceeded'],
  ['CreateContractStartingWithEF', 'invalid code: must not begin with 0xef'],
  ['CreateInitCodeSizeLimit', 'max initcode size exceeded'],
  ['InvalidFEOpcode', 'invalid opcode: INVALID'],
  ['InvalidJump', 'invalid jump destination'],
  ['NotActivated', 'invalid opcode'],
  ['OpcodeNotFound', 'invalid opcode'],
  ['OutOfFunds', 'insufficient balance for transfer'],
  ['OutOfGas', 'out of gas'],
  ['OutOfOffset', 'return data out of bounds'],
  ['StackOverflow', 'stack limit reached'],
  ['StackUnderflow', 'stack underflow'],
  ['StateChangeDuringStaticCall', 'write protection'],
])

export const NO_FUNDS = 'insufficient funds for transfer'
const ERROR_SELECTOR = '0x08c379a0'
const REVERTED = 3

export type Answered = { readonly result: unknown } | { readonly error: RpcFailure }

/** What a real node answers where the engine answered with `error`. */
export function realAnswer(method: string, params: unknown, error: RpcFailure): Answered {
  const { code, message } = error
  if (code === REVERTED) return reverted(error)
  const vm = /EVM error (\w+)/.exec(message)?.[1]
  if (vm !== undefined) return refusal(vmErrors.get(vm) ?? message)
  if (message.startsWith('BlockOutOfRange')) {
    return method === 'eth_getLogs' ? { result: [] } : refusal('header not found')
  }
  const allowance = /gas required exceeds allowance: (\d+)/.exec(message)?.[1]
  if (allowance !== undefined) return refusal(`gas required exceeds allowance (${allowance})`)
  if (/CallGasCostMoreThanGasLimit|GasFloorMoreThanGasLimit/.test(message)) {
    return refusal('intrinsic gas too low')
  }
  if (/insufficient funds/i.test(message)) return refusal(NO_FUNDS)
  if (code === -32602 && Array.isArray(params)) return wrongParams(method, params, error)
  return { error }
}

/** A reason is told only when it is a text; without data it is an error like any other. */
function reverted({ data, message }: RpcFailure): Answered {
  if (typeof data !== 'string' || data === '0x') return refusal('execution reverted')
  const told = data.startsWith(ERROR_SELECTOR) ? message : 'execution reverted'
  return { error: { code: REVERTED, message: told, data } }
}

function wrongParams(method: string, params: readonly unknown[], error: RpcFailure): Answered {
  if (/expected tuple variant|invalid length/.test(error.message)) {
    return invalidParams(`missing value for required argument ${params.length}`)
  }
  const wrong = params.findIndex((one) => typeof one === 'string' && isOddHex(one))
  if (wrong >= 0) {
    const given = String(params[wrong])
    return invalidParams(
      `invalid argument ${wrong}: ${hexFault(given, /Hash|Receipt/.test(method) ? 64 : 40)}`,
    )
  }
  const inside = params.findIndex(isObject)
  return inside < 0 ? { error } : invalidParams(`invalid argument ${inside}: ${error.message}`)
}

/** Neither a quantity nor an address nor a hash. */
function isOddHex(text: string): boolean {
  return /^0x/i.test(text) ? ![42, 66].includes(text.length) : !/^[a-z]+$/.test(text)
}

function hexFault(given: string, digits: number): string {
  if (!/^0x/i.test(given)) return 'json: cannot unmarshal hex string without 0x prefix'
  if (!/^0x[0-9a-f]*$/i.test(given)) return 'json: cannot unmarshal invalid hex string'
  if (given.length % 2 !== 0) return 'json: cannot unmarshal hex string of odd length'
  return `hex string has length ${given.length - 2}, want ${digits}`
}
