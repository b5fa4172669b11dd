/** The types that authors of DApps compile against. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { capabilities } from '../../../src/runtime/capabilities/index.ts'
import { root } from '../../support/ela.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('runtime/capabilities: env')
const options = {
  ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true },
  ...{ noEmit: true, types: [], lib: ['es2024', 'dom'] },
}

const GOOD = `import type { Dapp } from 'ela/runtime'
export default {
  async fetch(request, { ELA }) {
    await ELA.storage.put('visits', 'one')
    const { app } = await ELA.whoami()
    const found = await ELA.chain.read('esc', 'eth_blockNumber')
    await ELA.log.info(app, found)
    return new Response(await ELA.storage.getText('visits'))
  },
} satisfies Dapp<'storage' | 'chain' | 'log'>
`

/** What the compiler says of a DApp whose package is `ela`'s own. */
function compile(source: string): string {
  using folder = temporaryFolder()
  mkdirSync(folder.join('node_modules'))
  symlinkSync(root, folder.join('node_modules/ela'))
  writeFileSync(folder.join('main.ts'), source)
  writeFileSync(folder.join('package.json'), '{"type":"module"}')
  const config = { compilerOptions: options, files: ['main.ts'] }
  writeFileSync(folder.join('tsconfig.json'), JSON.stringify(config))
  const tsc = path.join(root, 'node_modules/.bin/tsc')
  return spawnSync(tsc, ['-p', folder.path], { encoding: 'utf8', timeout: 60_000 }).stdout
}

test('a DApp compiles against `ela/runtime`; what it was not granted, and what there is not, does not', () => {
  const wrong = [
    "ELA.net.fetch('https://a.example')",
    "ELA.storage.set('a', 'b')",
    "ELA.chain.read('btc', 'getblockcount')",
    "ELA.storage.put('a', 5)",
  ]
  const first = GOOD.split('\n').length
  const lines = wrong.map((call) => `  () => ${call},`)
  const more = `import type { DappEnv } from 'ela/runtime'
export const wrong = ({ ELA }: DappEnv<'storage' | 'chain'>) => [
${lines.join('\n')}
]
`
  const told = compile(`${GOOD}${more}`).matchAll(/main\.ts\((\d+),/g)
  const places = [...told].map(([, line]) => Number(line))
  assert.equal(
    [...new Set(places)],
    wrong.map((_, index) => first + 2 + index),
  )
})

test('the types have every capability and every method, and no more', () => {
  const text = readFileSync(path.join(root, 'src/runtime/capabilities/env.ts'), 'utf8')
  const membersOf = (name: string) => {
    const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? ''
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, member]) => member)
  }
  const shown = ['storage', 'chain', 'did', 'wallet', 'carrier', 'net', 'services', 'log', 'clock']
  assert.equal(membersOf('Ela'), [...shown, 'whoami'])
  assert.equal(Object.keys(capabilities).sort(), [...shown].sort())
  for (const [name, { methods }] of Object.entries(capabilities)) {
    const type = `Ela${name[0]?.toUpperCase()}${name.slice(1)}`
    assert.equal(membersOf(type).sort(), Object.keys(methods).sort(), type)
  }
})

test.run()
