/** Writes `test/vectors/answers/`: run it after a command was added, and read what changed. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tellScenario } from './answer-scenario.ts'
import { schemaOf } from './answer-schema.ts'

const folder = new URL('../vectors/answers/', import.meta.url)

const told = await tellScenario()
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const name of new Set(told.flatMap(({ schema }) => schema ?? []))) {
  const samples = told.filter(({ schema }) => schema === name).map(({ data }) => data)
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: name,
    ...schemaOf(samples),
  }
  const file = new URL(`${name.replace(/^ela\//, '')}.json`, folder)
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`)
}
