/**
 * Templates of languages that a compiler builds first. Minutes, because the compilers are what they
 * are: C++ by clang as WebAssembly, Java by Maven and TeaVM.
 */
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { passesItsOwnTests, runs, templatesThat } from '../support/template-tests.ts'

const test = suite('languages')

const tools: Readonly<Record<string, readonly [string, string]>> = { java: ['mvn', '-version'] }

for (const template of await templatesThat('compiled')) {
  const { name } = template
  const [tool = 'node', flag = '--version'] = tools[name] ?? []
  if (spawnSync(tool, [flag]).status !== 0) {
    test.skip(`${name}: needs ${tool}, which is not installed`, () => undefined)
    continue
  }
  test(`${name}: its own tests pass, and fail when its code is broken`, () =>
    passesItsOwnTests(template))

  test(`${name}: runs in the sandbox, and keeps what it counts in storage`, async () => {
    assert.equal(JSON.parse(await runs(template)), { visits: 1 })
  })
}

test.run()
