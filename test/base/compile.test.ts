import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileModule, openCompiler } from '../../src/base/compile.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('compile')

function sources(files: Readonly<Record<string, string>>): TemporaryFolder {
  const folder = temporaryFolder()
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(folder.join(file)), { recursive: true })
    writeFileSync(folder.join(file), text)
  }
  return folder
}

async function evaluate(folder: TemporaryFolder, code: string): Promise<Record<string, unknown>> {
  const file = folder.join('out', 'compiled.mjs')
  mkdirSync(folder.join('out'))
  writeFileSync(file, code)
  return await import(pathToFileURL(file).href)
}

test('makes one module of TypeScript and what it imports', async () => {
  using folder = sources({
    'main.ts': `#!/usr/bin/env node
      import path, { type ParsedPath } from 'node:path'
      import { twice } from './lib/twice.ts'
      export const answer: number = twice(21)
      export const parsed: ParsedPath = path.parse('/a/b.c')`,
    'lib/twice.ts': 'export const twice = (x: number): number => x * 2',
  })
  const { code, inputs } = await compileModule(folder.path, folder.join('main.ts'))
  assert.equal(inputs, [folder.join('lib', 'twice.ts'), folder.join('main.ts')])
  const { answer, parsed } = await evaluate(folder, code)
  assert.is(answer, 42)
  assert.is((parsed as path.ParsedPath).ext, '.c')
})

test('lets every module see the place of its own source', async () => {
  using folder = sources({
    'main.ts': `
      import { inner } from './lib/inner.ts'
      export const places = [import.meta.url, import.meta.dirname, import.meta.filename, ...inner]`,
    'lib/inner.ts': 'export const inner = [import.meta.filename]',
  })
  const { code } = await compileModule(folder.path, folder.join('main.ts'))
  const main = folder.join('main.ts')
  const expected = [pathToFileURL(main).href, folder.path, main, folder.join('lib', 'inner.ts')]
  assert.equal((await evaluate(folder, code))['places'], expected)
})

test('names file, line and column of every mistake', async () => {
  using folder = sources({
    'main.ts': "import { a } from './a.ts'\nimport './missing.ts'\nexport default a",
    'a.ts': 'export const a = [\n  1,\n  }',
  })
  const error = await fails('compile/failed', () =>
    compileModule(folder.path, folder.join('main.ts')),
  )
  assert.match(error.message, '`main.ts` does not compile')
  const lines = error.hint?.split('\n') ?? []
  assert.ok(
    lines.some((line) => line.startsWith('a.ts:3:3: ')),
    error.hint,
  )
  assert.ok(
    lines.some((line) => line.startsWith('main.ts:2:8: ')),
    error.hint,
  )
})

test('compiles again what changed, also after a mistake', async () => {
  using folder = sources({ 'main.ts': "export const x: string = 'one'" })
  const compiler = await openCompiler(folder.path, folder.join('main.ts'))
  assert.match((await compiler.compile()).code, 'one')
  writeFileSync(folder.join('main.ts'), 'export const = 2')
  await fails('compile/failed', () => compiler.compile())
  writeFileSync(folder.join('main.ts'), "export const x: string = 'three'")
  assert.match((await compiler.compile()).code, 'three')
  await compiler.close()
})

test.run()
