/** Holds the suite to its list: every attack is a test somewhere, by its number. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../../support/ela.ts'
import { attacks } from './list.ts'

const test = suite('attacks, all of them')

/** Names of tests, also those that a table has as its keys. */
const TEST_NAME = /['"`]attacks? ([\d, ]+): /g

/** Number → the files whose tests have it in their names. */
function tested(): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => /\.test\.tsx?$/.test(name))) {
    const text = readFileSync(path.join(root, 'test', file), 'utf8')
    for (const [, numbers = ''] of text.matchAll(TEST_NAME)) {
      for (const number of numbers.match(/\d+/g) ?? []) {
        found.set(Number(number), [...(found.get(Number(number)) ?? []), file])
      }
    }
  }
  return found
}

test('every attack of the list is a test', () => {
  const found = tested()
  const missing = Object.entries(attacks)
    .filter(([number]) => !found.has(Number(number)))
    .map(([number, what]) => `${number}: ${what}`)
  assert.equal(missing, [])
})

test('no test names an attack that is not on the list', () => {
  const unknown = [...tested()].filter(([number]) => attacks[number] === undefined)
  assert.equal(unknown, [])
})

test.run()
