import { readFileSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LaunchContext } from '../../../src/nodes/kind.ts'
import { mainchain } from '../../../src/nodes/mainchain/kind.ts'
import { readOptions } from '../../../src/nodes/mainchain/options.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { labKey } from '../../support/mainchain.ts'

const test = suite('mainchain/kind')

function contextIn(dataDir: string, options: LaunchContext['options'] = {}): LaunchContext {
  const port = (name: string) => mainchain.ports[name] ?? 0
  const { address } = labKey(0)
  return {
    instance: 'mainchain',
    dataDir,
    profile: 'testnet',
    mining: { mode: 'interval', everyMs: 1_000 },
    genesis: {
      foundation: address,
      miner: address,
      mainchainTransactions: ['00'],
      evmBalances: {},
    },
    port,
    portOf: (_instance, name) => port(name),
    options,
  }
}

test('has the ports of the real node and tells programs where they are', () => {
  using folder = temporaryFolder()
  const context = contextIn(folder.path)
  assert.equal(mainchain.describe(context), {
    rpc: 'http://127.0.0.1:20336',
    rest: 'http://127.0.0.1:20334',
    ws: 'ws://127.0.0.1:20335',
    p2p: '127.0.0.1:20338',
  })
  assert.equal(mainchain.environment(context), {
    ELA_RPC_URL: 'http://127.0.0.1:20336',
    ELA_REST_URL: 'http://127.0.0.1:20334',
    ELA_WS_URL: 'ws://127.0.0.1:20335',
  })
})

test('writes options that the program reads back', () => {
  using folder = temporaryFolder()
  const spec = mainchain.launch(contextIn(folder.path, { coinbaseMaturity: 5 }))
  const file = spec.args.at(-1) ?? ''
  const options = readOptions(file)
  assert.is(options.coinbaseMaturity, 5)
  assert.equal(options.mining, { mode: 'interval', everyMs: 1_000 })
  assert.equal(options.genesisTransactions, ['00'])
  assert.is(options.dataDir, folder.path)
  assert.is(statSync(file).mode & 0o777, 0o600)
})

test('names the option that is wrong, in the config and in the file', async () => {
  using folder = temporaryFolder()
  for (const options of [{ coinbaseMaturity: 'x' }, { coinbaseMaturity: -1 }, { minerInfo: 5 }]) {
    const [name = ''] = Object.keys(options)
    const { message } = await fails('mainchain/badOptions', () =>
      mainchain.launch(contextIn(folder.path, options)),
    )
    assert.match(message, name)
  }
  const { message } = await fails('mainchain/badOptions', () => readOptions(folder.join('none')))
  assert.match(message, folder.join('none'))
})

test('says what a node that is none answered', async () => {
  const signal = AbortSignal.timeout(2_000)
  await fails('rpc/unreachable', () => mainchain.health({ rpc: 'http://127.0.0.1:1' }, signal))
})

test('is cheap to import: nothing of the node itself comes with it', () => {
  const source = readFileSync(
    new URL('../../../src/nodes/mainchain/kind.ts', import.meta.url),
    'utf8',
  )
  const own = [...source.matchAll(/^import (?!type).* from '\.\/(.*)'/gm)].map(([, from]) => from)
  assert.equal(own, ['errors.ts'])
})

test.run()
