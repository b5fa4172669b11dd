/** Writes `src/nodes/evm/native-codes.ts` anew: `node --import tsx test/support/write-native-codes.ts` */
import { writeFileSync } from 'node:fs'
import { compileNatives } from './native-contracts.ts'

const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  P256Verify: ['P256_VERIFY_CODE', 'Verifies a P-256 signature.'],
  KeyVerify: ['KEY_VERIFY_CODE', 'Verifies who signed a personal message, by compressed key.'],
}
const compiled = compileNatives()
const parts = Object.entries(NAMES).map(([contract, [name, what]]) => {
  const lines = (compiled[contract] ?? '').slice(2).match(/.{1,92}/g) ?? []
  const code = lines.map((line) => `  '${line}',`).join('\n')
  return `/** ${what} \`${contract}\` of the source. */\nexport const ${name} = \`0x\${[\n${code}\n].join('')}\``
})
const head = `/**
 * What the compiler (solc 0.8.37, optimized, for Shanghai) makes of \`native-contracts.sol\`. Written
 * by \`test/support/write-native-codes.ts\`; a test compares.
 */
`
writeFileSync(
  new URL('../../src/nodes/evm/native-codes.ts', import.meta.url),
  `${head}\n${parts.join('\n\n')}\n`,
)
