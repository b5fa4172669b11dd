import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkNode } from '../../src/commands/doctor-checks.ts'
import { findLevel } from '../../src/runtime/jail/find-level.ts'
import { ela } from '../support/ela.ts'

const test = suite('commands: doctor')
const { level } = await findLevel()

test('says at which level DApps are isolated, and what was looked at', async () => {
  const { code, stdout } = await ela('doctor --json')
  assert.is(code, 0)
  const { ok, schema, data } = JSON.parse(stdout)
  assert.ok(ok)
  assert.is(schema, 'ela/doctor@1')
  assert.is(data.level, level)
  const names = data.checks.map(({ name }: { name: string }) => name)
  for (const name of ['node', 'engine', 'memory', 'anvil', 'tar'])
    assert.ok(names.includes(name), name)
  for (const { name, ok: fine, cure } of data.checks) assert.ok(fine || cure.length > 0, name)
})

test('reads as a list, and needs not start the engine', async () => {
  const { code, stdout } = await ela('doctor --no-measure')
  assert.is(code, 0)
  assert.match(stdout, /^ok {2}node +\d+\.\d+\.\d+$/m)
  assert.match(stdout, new RegExp(`^DApps are isolated at level ${level}: `, 'm'))
})

test('fails with the exit code of the environment only when a level is required', async () => {
  const { code, stderr } = await ela('doctor --no-measure --require-level A')
  assert.is(code, level === 'A' ? 0 : 4)
  assert.is(/Level A is required/.test(stderr), level !== 'A')
  assert.is((await ela('doctor --require-level D')).code, 2)
})

test('an old Node is named with the cure', () => {
  assert.not(checkNode('18.20.0').ok)
  assert.not(checkNode('20.18.9').ok)
  assert.ok(checkNode('20.19.0').ok)
  assert.ok(checkNode('25.0.0-nightly').ok)
  assert.equal(checkNode('18.0.0').cure, ['Install Node.js 20.19 or later.'])
})

test.run()
