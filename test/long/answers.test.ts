/** What every command answers under `--json`, held against the schemas that scripts rely on. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCodes } from '../../src/base/exit-codes.ts'
import { tellScenario } from '../support/answer-scenario.ts'
import { leafCommands } from '../support/leaf-commands.ts'

const test = suite('answers of commands')
const folder = new URL('../vectors/answers/', import.meta.url)
const told = await tellScenario()

test('every command answers at least once, and every exit code is met', async () => {
  const answered = new Set(told.filter(({ error }) => error === undefined).map(({ leaf }) => leaf))
  const missing = (await leafCommands())
    .map(({ words }) => words)
    .filter((one) => !answered.has(one))
  assert.equal(missing, [], 'give them a line in test/support/answer-scenario.ts')
  // Defects, and ends by a signal, are met elsewhere.
  const met = Object.values(exitCodes).filter((code) => code < exitCodes.defect)
  assert.equal([...new Set(told.map(({ code }) => code))].sort(), met.sort())
})

test('every answer fits the schema of its name, which fields and kinds may only join', () => {
  const { Ajv } = createRequire(import.meta.url)('ajv') as typeof import('ajv')
  const ajv = new Ajv({ strict: false, allErrors: true })
  const known = new Map(
    readdirSync(folder).map((name) => {
      const schema = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { $id: string }
      assert.is(`${schema.$id.replace(/^ela\//, '')}.json`, name)
      return [schema.$id, ajv.compile(schema)] as const
    }),
  )
  const used = new Set<string>()
  for (const { schema, data, line } of told) {
    if (schema === undefined) continue
    const check = known.get(schema)
    assert.ok(check, `${line}: no schema ${schema}; see test/support/answer-scenario.ts`)
    assert.ok(check?.(data), `${line}: ${JSON.stringify(check?.errors?.slice(0, 3))}`)
    used.add(schema)
    // The schemas refuse something: an answer without its members is none.
    if (Object.keys(data ?? {}).length > 0 && !Array.isArray(data)) {
      assert.not.ok(check?.([]), `${schema} takes anything`)
    }
  }
  assert.equal(
    [...known.keys()].filter((name) => !used.has(name)),
    [],
  )
})

test.run()
