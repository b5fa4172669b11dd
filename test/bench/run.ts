/**
 * Prints every budget as a ratio measured in this run. `npm run bench -- WORD…` runs some.
 *
 * Ratios only: the machine's speed divides out. Nothing here fails on a figure; a person reads it.
 */
import { benches } from './benches.ts'

const words = process.argv.slice(2)
const chosen = benches.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
process.stdout.write(`${'what'.padEnd(58)}${'measured'.padStart(12)}${'budget'.padStart(12)}\n`)
for (const { name, run } of chosen) {
  for (const { what, measured, unit, budget, note } of await run()) {
    const value = `${measured.toFixed(measured < 10 ? 2 : 0)} ${unit}`
    const holds = budget === undefined ? '' : budget
    process.stdout.write(
      `${`${name}: ${what}`.padEnd(58)}${value.padStart(12)}${holds.padStart(12)}  ${note}\n`,
    )
  }
}
