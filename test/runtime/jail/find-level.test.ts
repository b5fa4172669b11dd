import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { appArmorCure, findLevel, requireLevel } from '../../../src/runtime/jail/find-level.ts'
import { isAtLeast, levels } from '../../../src/runtime/jail/level.ts'
import { fails } from '../../support/fails.ts'

const test = suite('runtime/jail: find-level')

test('A is more than B is more than C', () => {
  const pairs = levels.flatMap(
    (found) => levels.filter((wanted) => isAtLeast(found, wanted)).length,
  )
  assert.equal(pairs, [3, 2, 1])
})

test('without bubblewrap or prlimit it is C, and says what to install', async () => {
  const { level, checks } = await findLevel('linux', () => undefined)
  assert.is(level, 'C')
  assert.equal(
    checks.map(({ name, ok }) => [name, ok]),
    [
      ['bubblewrap', false],
      ['prlimit', false],
    ],
  )
  for (const { cure } of checks) assert.ok(cure.length > 0)
})

test('with a bubblewrap that cannot make namespaces it is C, and says why', async () => {
  const found = await findLevel('linux', (name) => (name === 'bwrap' ? '/bin/false' : '/bin/true'))
  assert.is(found.level, 'C')
  const namespaces = found.checks.find(({ name }) => name === 'namespaces')
  assert.is(namespaces?.ok, false)
  assert.ok((namespaces?.cure.length ?? 0) > 0)
  const error = await fails('runtime/levelTooLow', () => requireLevel(found, 'A'))
  assert.is(error.exit, 'environment')
  assert.match(error.hint ?? '', /Namespaces cannot be made/)
  requireLevel(found, 'C')
})

test('a system that is neither Linux nor macOS has C', async () => {
  assert.equal(await findLevel('freebsd'), { level: 'C', checks: [] })
})

test('the cure for AppArmor is a profile for the bubblewrap that is there', () => {
  assert.ok(appArmorCure('/opt/bwrap').includes('profile bwrap /opt/bwrap flags=(unconfined) {'))
})

test.run()
