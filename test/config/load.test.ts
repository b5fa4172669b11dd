import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConfig, loadConfigOrDefault } from '../../src/config/load.ts'
import { parseMining } from '../../src/config/mining.ts'
import { fails } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('config')

function project(config: string, name = 'ela.config.ts'): TemporaryFolder {
  const folder = temporaryFolder()
  mkdirSync(folder.join('public'))
  mkdirSync(folder.join('src'))
  writeFileSync(folder.join('src', 'service.ts'), '')
  writeFileSync(folder.join(name), config)
  return folder
}

async function refuses(code: string, config: string): Promise<string> {
  using folder = project(config)
  const error = await fails(code, () => loadConfig(folder.path))
  return `${error.message} ${error.hint ?? ''}`
}

test('reads TypeScript, with types and imports of its own', async () => {
  using folder = project(`
    import { port } from './src/port.ts'
    interface Shape { readonly name: string; readonly [key: string]: unknown }
    export default {
      name: 'song-shop',
      kind: 'service',
      entry: 'src/service.ts',
      devnet: { profile: 'local', mining: 'interval:500', portBase: 30_000 },
      dapp: {
        port, env: { GREETING: 'hi' }, watch: ['data'], ignore: ['tmp'],
        connect: ['http://127.0.0.1:8700', 'http://shop.localhost:1'],
        services: { thumbs: { urls: ['http://127.0.0.1:9000'], start: ['node', 't.js'] } },
      },
    } satisfies Shape
  `)
  writeFileSync(folder.join('src', 'port.ts'), 'export const port: number = 4567')
  const config = await loadConfig(folder.path)
  assert.is(config.name, 'song-shop')
  assert.is(config.kind, 'service')
  assert.is(config.entry, folder.join('src', 'service.ts'))
  assert.equal(config.devnet.mining, { mode: 'interval', everyMs: 500 })
  assert.is(config.devnet.profile, 'local')
  assert.is(config.devnet.portBase, 30_000)
  assert.equal(config.dapp, {
    port: 4567,
    env: { GREETING: 'hi' },
    watch: [folder.join('data')],
    ignore: [folder.join('tmp')],
    connect: ['http://127.0.0.1:8700', 'http://shop.localhost:1'],
    services: { thumbs: { urls: ['http://127.0.0.1:9000'], start: ['node', 't.js'] } },
  })
})

test('reads JavaScript and JSON, and fills in defaults', async () => {
  for (const [name, text] of [
    ['ela.config.js', "export default { name: 'a' }"],
    ['ela.config.mjs', "export default { name: 'a' }"],
    ['ela.config.json', '{ "name": "a" }'],
  ] as const) {
    using folder = project(text, name)
    const config = await loadConfig(folder.path)
    assert.is(config.name, 'a')
    assert.is(config.kind, 'web')
    assert.is(config.entry, folder.join('public'))
    assert.equal(config.devnet.mining, { mode: 'auto' })
    assert.is(config.devnet.profile, 'testnet')
    assert.is(config.devnet.portBase, undefined)
  }
})

test('sees a changed config, and a changed file that it imports', async () => {
  using folder = project("import { name } from './src/name.ts'\nexport default { name }")
  const write = (name: string, seconds: number) => {
    writeFileSync(folder.join('src', 'name.ts'), `export const name = '${name}'`)
    utimesSync(folder.join('src', 'name.ts'), seconds, seconds)
  }
  write('one', 1_000_000)
  assert.is((await loadConfig(folder.path)).name, 'one')
  write('two', 2_000_000)
  assert.is((await loadConfig(folder.path)).name, 'two')
})

test('compiles once while nothing changes', async () => {
  using folder = project("export default { name: 'a' }")
  await loadConfig(folder.path)
  const { mtimeMs, ino } = statSync(folder.join('.ela', 'compiled', 'ela.config.ts.mjs'))
  assert.is((await loadConfig(folder.path)).name, 'a')
  const again = statSync(folder.join('.ela', 'compiled', 'ela.config.ts.mjs'))
  assert.equal([again.mtimeMs, again.ino], [mtimeMs, ino])
})

test('compiles anew when the kept file is damaged', async () => {
  using folder = project("export default { name: 'a' }")
  mkdirSync(folder.join('.ela', 'compiled'), { recursive: true })
  writeFileSync(folder.join('.ela', 'compiled', 'ela.config.ts.mjs'), '// {"stamp":3')
  assert.is((await loadConfig(folder.path)).name, 'a')
})

test('reads the config of a project in which it cannot keep anything', async () => {
  using folder = project("export default { name: 'a' }")
  writeFileSync(folder.join('.ela'), 'a file where a folder should be')
  assert.is((await loadConfig(folder.path)).name, 'a')
})

test('names line, setting and nearest word of an unknown setting', async () => {
  const told = await refuses(
    'config/unknownKey',
    "export default {\n  name: 'a',\n  devnet: {\n    minning: 'auto',\n  },\n}",
  )
  assert.match(told, 'ela.config.ts:4')
  assert.match(told, 'devnet.minning')
  assert.match(told, 'Did you mean `mining`?')
})

test('refuses values of the wrong kind', async () => {
  for (const wrong of [
    'export default 7',
    'export default []',
    "export default { name: '' }",
    'export default { name: 3 }',
    "export default { devnet: 'all' }",
    'export default { devnet: { portBase: 80 } }',
    'export default { devnet: { portBase: 20000.5 } }',
    "export default { devnet: { mining: 'fast' } }",
    'export default { devnet: { nodes: [] } }',
    "export default { devnet: { nodes: 'esc' } }",
    "export default { dapp: { port: '80' } }",
    'export default { dapp: { port: 70000 } }',
    'export default { dapp: { port: false } }',
    'export default { dapp: { env: { A: 1 } } }',
    "export default { dapp: { connect: ['https://a.example'] } }",
    "export default { dapp: { connect: ['http://127.0.0.1'] } }",
    'export default { dapp: { services: { a: {} } } }',
    "export default { dapp: { services: { a: { urls: ['ftp://a'] } } } }",
    "export default { dapp: { services: { a: { urls: ['http://a'], start: 'node' } } } }",
    "export default { dapp: { env: { 'a b': '1' } } }",
    "export default { root: 'src/service.ts' }",
    "export default { kind: 'service', entry: 'src' }",
  ]) {
    await refuses('config/wrongValue', wrong)
  }
})

test('refuses words it does not know', async () => {
  const told = await refuses('config/unknownWord', "export default { kind: 'sevice' }")
  assert.match(told, 'Did you mean `service`?')
  await refuses('config/unknownWord', "export default { devnet: { profile: 'main' } }")
  await refuses('config/unknownWord', "export default { devnet: { nodes: ['esk'] } }")
})

test('refuses paths that leave the project or do not exist', async () => {
  await refuses('config/outsideProject', "export default { root: '..' }")
  await refuses('config/outsideProject', "export default { root: '/etc' }")
  await refuses('config/outsideProject', "export default { dapp: { watch: ['../x'] } }")
  await refuses('config/missingEntry', "export default { root: 'nowhere' }")
  await refuses('config/missingEntry', "export default { root: 'src/service.ts/x' }")
})

test('says which of root and entry a kind has', async () => {
  const told = await refuses('config/unknownKey', "export default { entry: 'src/service.ts' }")
  assert.match(told, 'A `web` DApp has `root`.')
})

test('says that other engines are not there yet', async () => {
  await refuses('config/engineNotYet', "export default { devnet: { engine: 'native' } }")
  await refuses('config/engineNotYet', "export default { devnet: { engine: 'remote' } }")
})

test('shows the place of a syntax error', async () => {
  assert.match(
    await refuses('config/invalidSyntax', 'export default {\n  name: ,\n}'),
    'ela.config.ts:2:9',
  )
  using json = project('{ "name": }', 'ela.config.json')
  await fails('config/invalidSyntax', () => loadConfig(json.path))
})

test('tells a config that throws from one without default export', async () => {
  await refuses('config/throws', 'throw new Error("no")')
  await refuses('config/noDefault', 'export const name = 1')
})

test('refuses two configs and a folder without any', async () => {
  using folder = project('export default {}')
  writeFileSync(folder.join('ela.config.json'), '{}')
  await fails('config/several', () => loadConfig(folder.path))
  using empty = temporaryFolder()
  await fails('config/notFound', () => loadConfig(empty.path))
  const config = await loadConfigOrDefault(empty.path)
  assert.is(config.file, undefined)
  assert.is(config.devnet.profile, 'testnet')
})

test('reads the ways to mine', async () => {
  assert.equal(parseMining('none'), { mode: 'none' })
  assert.equal(parseMining('interval:100'), { mode: 'interval', everyMs: 100 })
  for (const wrong of ['', 'interval', 'interval:0', 'interval:99', 'interval:1e3', 'AUTO']) {
    await fails('config/wrongMining', () => parseMining(wrong))
  }
})

test.run()
