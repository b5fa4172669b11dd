/** Every example: its own tests pass, and `ela dev` runs it. `hello` keeps what it promises. */
import { cpSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { elaProcess } from '../support/background.ts'
import { ela, root } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/templates.ts'

const test = suite('examples')
const STARTED_WITHIN_MS = 40_000
const examples = readdirSync(path.join(root, 'examples'))
let nextBase = 28_000 + (process.pid % 40) * 50

function copyOf(name: string): TemporaryFolder {
  const folder = temporaryFolder()
  cpSync(path.join(root, 'examples', name), folder.path, {
    recursive: true,
    filter: (file) => !file.includes('.ela'),
  })
  return folder
}

/** `ela dev` in a folder, and the address of its DApp. */
async function dev(folder: string) {
  nextBase += 20
  const running = elaProcess(`dev --no-tui --port-base ${nextBase}`, { cwd: folder })
  const url = await until(
    'the address of the DApp',
    () => /^http:\S+$/m.exec(running.stdout)?.[0],
    STARTED_WITHIN_MS,
  )
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      running.kill('SIGTERM')
      await running.ended
    },
  }
}

for (const name of examples) {
  test(`${name}: its own tests pass, and it runs`, async () => {
    using folder = copyOf(name)
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path }
    const { code, output } = await runProgram(['npm', 'test'], { path: folder.path, env })
    assert.is(code, 0, output)
    assert.match(output, /# pass [1-9]/)
    await using running = await dev(folder.path)
    assert.is((await fetch(running.url)).status, 200)
  })
}

interface GuestBook {
  readSession(get: typeof fetch): Promise<unknown>
  readBook(get: typeof fetch, session: unknown): Promise<{ lines: readonly unknown[] }>
}

test('hello: a memo to bob becomes a line of the book', async () => {
  using folder = copyOf('hello')
  await using running = await dev(folder.path)
  const line = 'send alice bob 1 --on mainchain --memo "hello, Elastos"'
  const { code, stderr } = await ela(line, { cwd: folder.path })
  assert.is(code, 0, stderr)
  const book = (await import(folder.join('public', 'guest-book.js'))) as GuestBook
  const get = ((to: string, how?: RequestInit) =>
    fetch(new URL(to, running.url), how)) as typeof fetch
  const { lines } = await book.readBook(get, await book.readSession(get))
  assert.equal(lines, [{ text: 'hello, Elastos', from: 'alice', value: '1', height: 12 }])
})

test.run()
