/** Writes the codes in `src/contracts/` anew: `node --import tsx test/support/write-contracts.ts` */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  type AbiEntry,
  type AbiParameter,
  compileContract,
  foreignOpcodes,
  sourceOf,
} from './contracts.ts'

const file = new URL('../../src/contracts/dapp-registry.ts', import.meta.url)

/** The text of `src/contracts/dapp-registry.ts`. Throws when the chains could not run the code. */
export function registrySource(): string {
  const { abi, creation, code } = compileContract('DAppRegistry', sourceOf('DAppRegistry'))
  const foreign = [...foreignOpcodes(creation), ...foreignOpcodes(code)]
  if (foreign.length > 0) throw new Error(`the chains do not have ${foreign.join(', ')}`)
  // The constructor only writes the delay into the code, where the compiler leaves zeros.
  const at = creation.length - (code.length - 2)
  if (creation.slice(at) !== code.slice(2)) throw new Error('the code does not end the creation')
  const lines = (creation.slice(2).match(/.{1,92}/g) ?? []).map((line) => `  '${line}',`)
  return `/**
 * What the compiler (solc 0.8.37, optimized, for Shanghai) makes of \`DAppRegistry.sol\`. Written by
 * \`test/support/write-contracts.ts\`; a test compares.
 */

/** Creates the registry; the delay of claims in seconds follows it as 32 bytes. */
export const DAPP_REGISTRY_CREATION = \`0x\${[
${lines.join('\n')}
].join('')}\`

/** As it stands on a chain when claims do not wait: what follows the instructions that create it. */
export const DAPP_REGISTRY_CODE = \`0x\${DAPP_REGISTRY_CREATION.slice(${at})}\`

/** Functions, events and errors, in the form that \`parseAbi\` of viem reads. */
export const DAPP_REGISTRY_ABI: readonly string[] = \`
${wrapped(abi.map(lineOf).filter((line) => line !== '')).join('\n')}
\`
  .split(';')
  .map((entry) => entry.trim().replace(/\\s+/g, ' '))
  .filter((entry) => entry !== '')
`
}

function wrapped(entries: readonly string[]): readonly string[] {
  return entries.map((entry) =>
    entry.length < 96 ? `${entry};` : `${entry};`.replace(/(.{60,90}?,) /g, '$1\n  '),
  )
}

function lineOf({ type, name = '', inputs = [], outputs = [], stateMutability }: AbiEntry): string {
  if (type === 'constructor') return ''
  const returns = outputs.length === 0 ? '' : ` returns (${outputs.map(parameterOf).join(', ')})`
  const view = stateMutability === 'view' ? ' view' : ''
  return `${type} ${name}(${inputs.map(parameterOf).join(', ')})${view}${returns}`
}

function parameterOf({ type, name, indexed, components = [] }: AbiParameter): string {
  const whole = type === 'tuple' ? `(${components.map(parameterOf).join(', ')})` : type
  return [whole, indexed === true ? 'indexed' : '', name].filter((part) => part !== '').join(' ')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(file, registrySource())
}
