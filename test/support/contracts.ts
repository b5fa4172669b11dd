/** The contracts of `src/contracts/`: compiled for the EVM of the chains, and checked for it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fromHex } from '../../src/base/bytes-text.ts'

export interface AbiEntry {
  readonly type: string
  readonly name?: string
  readonly stateMutability?: string
  readonly inputs?: readonly AbiParameter[]
  readonly outputs?: readonly AbiParameter[]
}

export interface AbiParameter {
  readonly name: string
  readonly type: string
  readonly indexed?: boolean
  readonly components?: readonly AbiParameter[]
}

export interface Compiled {
  readonly abi: readonly AbiEntry[]
  /** Creates the contract; arguments of the constructor follow it. */
  readonly creation: string
  /** As it stands on the chain, immutables zero. */
  readonly code: string
}

interface Solc {
  compile(input: string): string
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Contract>>>>
}

interface Contract {
  readonly abi: readonly AbiEntry[]
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly deployedBytecode: { readonly object: string }
  }
}

export function sourceOf(name: string): string {
  return readFileSync(new URL(`../../src/contracts/${name}.sol`, import.meta.url), 'utf8')
}

/** Throws the first complaint of the compiler, warnings included. */
export function compileContract(name: string, source: string, evmVersion = 'shanghai'): Compiled {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { 'contract.sol': { content: source } },
        settings: {
          evmVersion,
          optimizer: { enabled: true, runs: 1_000 },
          // Without it, the code ends where the instructions end, so that all can be looked at.
          metadata: { appendCBOR: false, bytecodeHash: 'none' },
          outputSelection: {
            '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
          },
        },
      }),
    ),
  ) as Output
  const [bad] = output.errors ?? []
  if (bad !== undefined) throw new Error(bad.formattedMessage)
  const found = output.contracts?.['contract.sol']?.[name]
  if (found === undefined) throw new Error(`there is no contract ${name}`)
  const { abi, evm } = found
  return {
    abi,
    creation: `0x${evm.bytecode.object}`,
    code: `0x${evm.deployedBytecode.object}`,
  }
}

/** @see execution-specs, network-upgrades/mainnet-upgrades/shanghai.md and those before */
const SHANGHAI: readonly (readonly [number, number])[] = [
  [0x00, 0x0b],
  [0x10, 0x1d],
  [0x20, 0x20],
  [0x30, 0x48],
  [0x50, 0x5b],
  [0x5f, 0xa4],
  [0xf0, 0xf5],
  [0xfa, 0xfa],
  [0xfd, 0xff],
]
const PUSH1 = 0x60
const PUSH32 = 0x7f

/** Instructions of the code that the EVM of the chains does not have, as `offset: opcode`. */
export function foreignOpcodes(code: string): readonly string[] {
  const bytes = fromHex(code)
  const foreign: string[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    const opcode = bytes[at] ?? 0
    if (!SHANGHAI.some(([first, last]) => opcode >= first && opcode <= last)) {
      foreign.push(`${at}: 0x${opcode.toString(16).padStart(2, '0')}`)
    }
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1
  }
  return foreign
}
