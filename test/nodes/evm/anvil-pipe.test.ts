import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { AnvilPipe } from '../../../src/nodes/evm/anvil-pipe.ts'
import { addressOf, ask, get } from '../../support/evm.ts'
import { fails } from '../../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.ts'
import { startNode } from '../../support/node.ts'

interface Context {
  folder: TemporaryFolder
  server: Server
  engine: Socket
  pipe: AnvilPipe
}

const test = suite<Context>('local socket to the engine')

test.before.each(async (context) => {
  context.folder = temporaryFolder()
  context.server = createServer()
  const file = context.folder.join('engine.ipc')
  await new Promise<void>((resolve) => context.server.listen(file, resolve))
  const connected = once(context.server, 'connection')
  context.pipe = await AnvilPipe.open(file)
  const [engine] = (await connected) as [Socket]
  context.engine = engine
})
test.after.each(({ folder, server, engine, pipe }) => {
  pipe.close()
  engine.destroy()
  server.close()
  folder[Symbol.dispose]()
})

const TO = `0x${'aa'.repeat(20)}`
/** 10,000 coins of 10^18 wei. */
const FUNDED = '0x21e19e0c9bab2400000'

const line = (id: number, result: string) =>
  Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":"${result}"}\n`)

test('tells apart answers that come in another order and in any parts', async ({
  engine,
  pipe,
}) => {
  const asked = once(engine, 'data')
  const answers = ['a', 'b', 'c'].map((one) => pipe.ask('eth_chainId', `["${one}"]`))
  const requests = String((await asked)[0])
  assert.is(
    requests,
    ['a', 'b', 'c']
      .map(
        (one, at) => `{"jsonrpc":"2.0","id":${at + 1},"method":"eth_chainId","params":["${one}"]}`,
      )
      .join(''),
  )
  const bytes = Buffer.concat([line(3, 'ü3'), line(1, 'ü1'), line(2, 'ü2')])
  for (const byte of bytes) {
    await new Promise((resolve) => engine.write(Uint8Array.of(byte), resolve))
  }
  assert.equal(await Promise.all(answers), ['"result":"ü1"}', '"result":"ü2"}', '"result":"ü3"}'])
})

test('refuses what is under way, and everything later, when the engine is gone', async ({
  engine,
  pipe,
}) => {
  const asked = once(engine, 'data')
  const answer = pipe.ask('eth_chainId', '[]')
  await asked
  engine.destroy()
  await fails('evm/engineGone', () => answer)
  assert.not.ok(pipe.isOpen)
  await fails('evm/engineGone', () => pipe.ask('eth_chainId', '[]'))
})

test('trusts no engine that answers what was not asked', async ({ engine, pipe }) => {
  const asked = once(engine, 'data')
  const answer = pipe.ask('eth_chainId', '[]')
  await asked
  engine.write(line(7, 'x'))
  await fails('evm/engineGone', () => answer)
})

test('is where its path is short enough; without it ESC answers the same', async ({ folder }) => {
  for (const name of ['short', 'long'.repeat(30)]) {
    const dataDir = folder.join(name)
    await using node = await startNode(esc, { dataDir })
    assert.is(existsSync(path.join(dataDir, 'engine.ipc')), name === 'short')
    assert.is(
      await get(String(node.entry['rpc']), 'eth_getBalance', [addressOf(0), 'latest']),
      FUNDED,
    )
  }
  assert.not.ok(existsSync(folder.join('short', 'engine.ipc')))
})

test('keeps quick questions moving beside a long call, a wrong one and one nested too deeply', async () => {
  await using node = await startNode(esc)
  const url = String(node.entry['rpc'])
  const endless = { [TO]: { code: '0x5b600056' } }
  const long = ask(url, 'eth_call', [{ to: TO, gas: '0x2faf0800' }, 'latest', endless])
  let nested: unknown = 0
  for (let depth = 0; depth < 200; depth++) nested = [nested]
  for (const wrong of [nested, { blockHash: nested }, 'x']) {
    const { error } = await ask(url, 'eth_getBalance', [addressOf(0), wrong])
    assert.ok(error !== undefined)
    assert.is(await get(url, 'eth_blockNumber'), '0x0')
  }
  assert.is((await long).error?.message, 'out of gas')
})

test.run()
