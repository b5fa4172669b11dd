import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileWorker, openWorkerCompiler } from '../../src/build/compile-worker.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('compile a worker')
const handler = (body: string) =>
  `export default { fetch: (): Response => new Response(${body}) }\n`

function sources(files: Readonly<Record<string, string | Uint8Array>>): TemporaryFolder {
  const folder = temporaryFolder()
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(folder.join(file)), { recursive: true })
    writeFileSync(folder.join(file), content)
  }
  return folder
}

const compile = (folder: TemporaryFolder) => compileWorker(folder.path, folder.join('main.ts'))

test('puts packages, JSON and texts into the one module', async () => {
  using folder = sources({
    'main.ts': `import { one } from 'one'\nimport two from './two.json'\nimport three from './three.txt'\n${handler('[one, two, three].join()')}`,
    'two.json': '"two"',
    'three.txt': 'three',
    'node_modules/one/package.json':
      '{"name":"one","exports":{"workerd":"./w.js","node":"./n.js"}}',
    'node_modules/one/w.js': "export const one = 'for workers'",
    'node_modules/one/n.js': "export const one = 'for Node'",
  })
  const { code, inputs } = await compile(folder)
  assert.not.match(code, /\bimport\b/)
  for (const part of ['for workers', 'two', 'three']) assert.match(code, part)
  assert.not.match(code, 'for Node')
  assert.is(inputs.length, 4)
})

test('makes the same bytes of the same sources, wherever they lie', async () => {
  const files = { 'main.ts': `import './a/b.ts'\n${handler('"hi"')}`, 'a/b.ts': 'console.log(1)' }
  using one = sources(files)
  using other = sources(files)
  assert.is((await compile(one)).code, (await compile(other)).code)
})

test('leaves WebAssembly beside the module, under the path it is imported by', async () => {
  using folder = sources({
    'main.ts': `import { sum } from './lib/sum.ts'\n${handler('sum')}`,
    'lib/sum.ts': "import sum from './sum.wasm'\nexport { sum }",
    'lib/sum.wasm': Buffer.from('0061736d01000000', 'hex'),
  })
  const { code, wasm } = await compile(folder)
  assert.equal(wasm, [{ path: 'lib/sum.wasm', file: folder.join('lib/sum.wasm') }])
  assert.match(code, 'from "./lib/sum.wasm"')
})

test('names modules of Node, what is missing, and a service without a handler', async () => {
  using folder = sources({
    'main.ts': `import 'node:http'\nimport 'fs'\nimport './gone.ts'\n${handler('1')}`,
  })
  const { hint = '' } = await fails('compile/failed', () => compile(folder))
  assert.match(hint, 'main.ts:1:8: `node:http` is a module of Node')
  assert.match(hint, 'main.ts:2:8: `fs` is a module of Node')
  assert.match(hint, 'main.ts:3:8: Could not resolve')
  writeFileSync(folder.join('main.ts'), 'export const fetch = 1')
  const { exit } = await fails('compile/noHandler', () => compile(folder))
  assert.is(exit, 'misused')
})

test('compiles anew what was changed', async () => {
  using folder = sources({ 'main.ts': handler('"a"') })
  const compiler = await openWorkerCompiler(folder.path, folder.join('main.ts'))
  assert.match((await compiler.compile()).code, '"a"')
  writeFileSync(folder.join('main.ts'), 'broken (')
  await fails('compile/failed', () => compiler.compile())
  writeFileSync(folder.join('main.ts'), handler('"b"'))
  assert.match((await compiler.compile()).code, '"b"')
  await compiler.close()
})

test.run()
