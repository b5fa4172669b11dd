/** What scripts rely on, of every command there is: exit codes, and one document under `--json`. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCodes } from '../../src/base/exit-codes.ts'
import { ela } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'
import { leafCommands } from '../support/leaf-commands.ts'

const test = suite('the contract of commands')
const leaves = await leafCommands()

interface Failure {
  readonly ok: boolean
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** Exactly one document, and it says what went wrong. */
function failureIn(stdout: string): Failure['error'] {
  assert.match(stdout, /^\{.*\}\n$/)
  const { ok, error } = JSON.parse(stdout) as Failure
  assert.is(ok, false)
  assert.equal(
    Object.keys(error).filter((name) => !['code', 'message', 'hint'].includes(name)),
    [],
  )
  assert.match(error.code, /^[a-z][a-z-]*\/[a-zA-Z]+$/)
  assert.match(error.message, /[.:?!`]/)
  return error
}

for (const { words, command } of leaves) {
  test(`ela ${words}: help, a wrong flag and missing arguments`, async () => {
    using folder = temporaryFolder()
    const at = { cwd: folder.path, env: { HOME: folder.path } }
    const help = await ela(`${words} --help --json`, at)
    const { ok, schema, data } = JSON.parse(help.stdout)
    assert.equal([help.code, ok, schema], [0, true, 'ela/help@1'])
    assert.match(data.text, `Usage: ela ${words}`)
    assert.match(data.text, /Examples?:\n {2}ela /)
    const wrong = await ela(`${words} --no-such-flag --json`, at)
    assert.equal(
      [wrong.code, failureIn(wrong.stdout).code],
      [exitCodes.misused, 'cli/misused'],
      wrong.stderr,
    )
    const needs = command.registeredArguments.some(({ required }) => required)
    if (needs || command.options.some(({ mandatory }) => mandatory)) {
      const bare = await ela(`${words} --json`, at)
      assert.is(bare.code, exitCodes.misused, bare.stderr)
      failureIn(bare.stdout)
    }
  })
}

test('an unknown command, and one that needs a second word, are told in one document', async () => {
  for (const line of ['nonsense', 'did nonsense', 'did', '--nonsense']) {
    const { code, stdout } = await ela(`${line} --json`)
    assert.is(code, exitCodes.misused, line)
    failureIn(stdout)
  }
})

test('every exit code is explained', async () => {
  const { stdout } = await ela('help exit-codes --json')
  const { data } = JSON.parse(stdout) as { data: readonly { code: number; name: string }[] }
  assert.equal(Object.fromEntries(data.map(({ name, code }) => [name, code])), exitCodes)
})

test.run()
