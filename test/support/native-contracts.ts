/** Compiles the Solidity of native contracts: contract name → code as it stands on the chain. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Solc {
  compile(input: string): string
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Record<
    string,
    Record<string, { readonly evm: { readonly deployedBytecode: { readonly object: string } } }>
  >
}

const SOURCE = new URL('../../src/nodes/evm/native-contracts.sol', import.meta.url)

export function compileNatives(): Readonly<Record<string, string>> {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const input = {
    language: 'Solidity',
    sources: { 'native.sol': { content: readFileSync(SOURCE, 'utf8') } },
    settings: {
      evmVersion: 'shanghai',
      optimizer: { enabled: true, runs: 1_000_000 },
      viaIR: true,
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const bad = output.errors?.find(({ severity }) => severity === 'error')
  if (bad !== undefined) throw new Error(bad.formattedMessage)
  const contracts = Object.entries(output.contracts?.['native.sol'] ?? {})
  return Object.fromEntries(
    contracts.map(([name, { evm }]) => [name, `0x${evm.deployedBytecode.object}`]),
  )
}
