/** RPC, REST and WebSocket beyond the recorded exchanges: bad input, limits, foreign sites, history. */
import { request } from 'node:http'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import { portOf } from '../../../src/base/loopback-server.ts'
import { serveWs } from '../../../src/nodes/mainchain/ws.ts'
import { encode } from '../../../src/protocol/codec.ts'
import { Prefix, programHashOf } from '../../../src/protocol/ela/address.ts'
import { auxPowCodec, mineAuxPow } from '../../../src/protocol/ela/auxpow.ts'
import { INSTANT_BITS } from '../../../src/protocol/ela/difficulty.ts'
import { publicKeyOf } from '../../../src/protocol/ela/keys.ts'
import { schnorrCode, standardCode } from '../../../src/protocol/ela/script.ts'
import { signWithSchnorr } from '../../../src/protocol/ela/sign.ts'
import { until } from '../../support/fails.ts'
import {
  GENESIS_COIN,
  hexOf,
  labKey,
  startMainchain,
  type TestNode,
  transfer,
} from '../../support/mainchain.ts'

const test = suite('mainchain/interfaces')

interface Answer {
  readonly status: number
  readonly text: string
}

async function post(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: answer.status, text: await answer.text() }
}

async function isAlive(node: TestNode): Promise<void> {
  assert.type(await node.call('getblockcount'), 'number')
}

const METHODS = [
  'getblockhash',
  'getblock',
  'getblockbyheight',
  'getrawtransaction',
  'sendrawtransaction',
  'decoderawtransaction',
  'createrawtransaction',
  'signrawtransactionwithkey',
  'getrawmempool',
  'getreceivedbyaddress',
  'listunspent',
  'getutxosbyamount',
  'getamountbyinputs',
  'estimatesmartfee',
  'createauxblock',
  'submitauxblock',
  'togglemining',
  'getexistwithdrawtransactions',
  'gethistory',
  'getvoterights',
  'votestatus',
  'getarbitratorgroupbyheight',
  'listcrproposalbasestate',
  '__proto__',
  'constructor',
]

const NAMES = [
  'data',
  'height',
  'blockhash',
  'txid',
  'address',
  'addresses',
  'amount',
  'inputs',
  'outputs',
  'locktime',
  'codes',
  'privkeys',
  'txs',
  'paytoaddress',
  'auxpow',
  'verbosity',
  'verbose',
  'limit',
  'skip',
  'order',
  '__proto__',
]

test('answers every method called with any parameters, and never dies', async () => {
  await using node = await startMainchain()
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      '00',
      'zz',
      '09',
      '0902',
      `${'0'.repeat(64)}`,
      labKey(0).address,
      '[]',
      '[{}]',
      -1,
      2 ** 53,
      1e300,
      '18446744073709551616',
    ),
    fc.uint8Array({ maxLength: 60 }).map(toHex),
  )
  const call = fc.record({
    id: fc.jsonValue({ maxDepth: 1 }),
    method: fc.constantFrom(...METHODS),
    params: fc.oneof(
      fc.dictionary(fc.constantFrom(...NAMES), value),
      fc.array(value, { maxLength: 4 }),
      value,
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), async (calls) => {
      const { status, text } = await post(node.rpcUrl, JSON.stringify(calls))
      assert.is(status, 200)
      const replies = JSON.parse(text) as readonly Record<string, unknown>[]
      assert.is(replies.length, calls.length)
      for (const [at, reply] of replies.entries()) {
        assert.equal(Object.keys(reply), ['jsonrpc', 'result', 'id', 'error'])
        assert.equal(reply['id'], JSON.parse(JSON.stringify(calls[at]?.id ?? null)))
        const { code, message } = (reply['error'] ?? {}) as { code?: number; message?: string }
        if (code !== undefined) assert.not.match(message ?? '', /^Internal error: /)
      }
    }),
    { numRuns: 150 },
  )
  await isAlive(node)
})

test('refuses bodies that are no request with the codes of the field', async () => {
  await using node = await startMainchain()
  const bad = [
    '',
    '{',
    '[',
    '5',
    '"x"',
    'true',
    '[5]',
    '[[]]',
    '{"method":5}',
    '{"id":1,"method":{}}',
    '\u0000',
    '{"a":1}x',
  ]
  for (const body of bad) {
    const { status, text } = await post(node.rpcUrl, body)
    assert.is(status, 400, body)
    assert.match(text, '"code":-32700')
  }
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  assert.match((await post(node.rpcUrl, deep)).text, 'exceeded max depth')
  const inside = JSON.stringify({
    id: 1,
    method: 'getblockcount',
    params: { a: '['.repeat(5_000) },
  })
  assert.is((await post(node.rpcUrl, inside)).status, 200, 'brackets in a text are no depth')
  const huge = `{"method":"getblockcount","x":"${'a'.repeat(9 * 1024 * 1024)}"}`
  const { status, text } = await post(node.rpcUrl, huge).catch(() => ({
    status: 400,
    text: '-32600',
  }))
  assert.is(status, 400)
  assert.match(text, '-32600')
  const nul = await post(node.rpcUrl, 'null')
  assert.match(nul.text, 'JSON-RPC need a method')
  await isAlive(node)
})

test('answers a batch of 10,000 in order while others are served', async () => {
  await using node = await startMainchain()
  const calls = Array.from({ length: 10_000 }, (_, id) => ({
    id,
    method: id % 2 ? 'getblockcount' : 'nope',
  }))
  const batch = post(node.rpcUrl, JSON.stringify(calls))
  await isAlive(node)
  const replies = JSON.parse((await batch).text) as readonly { id: number; error: unknown }[]
  assert.is(replies.length, 10_000)
  assert.ok(replies.every(({ id, error }, at) => id === at && (error === null) === (at % 2 === 1)))
  const tooMany = JSON.stringify(Array.from({ length: 20_001 }, () => ({ method: 'help' })))
  assert.is((await post(node.rpcUrl, tooMany)).status, 400)
})

/** A request with headers that `fetch` does not let through. */
function raw(
  port: number,
  headers: Record<string, string>,
  method = 'POST',
  url = '/',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      let text = ''
      answer.on('data', (part: Buffer) => {
        text += part.toString()
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.on('upgrade', (_answer, socket) => {
      socket.destroy()
      resolve({ status: 101, text: '' })
    })
    sent.end(method === 'POST' ? '{"id":1,"method":"getblockcount"}' : undefined)
  })
}

test('refuses foreign sites on every port, WebSocket included, and serves local pages', async () => {
  await using node = await startMainchain()
  const { rpc, rest, ws } = node.ports
  const json = { 'content-type': 'application/json' }
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  for (const foreign of [
    { host: 'evil.example' },
    { host: `evil.example:${rpc}` },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    assert.is((await raw(rpc, { ...json, ...foreign })).status, 403)
    assert.is((await raw(rest, foreign, 'GET', '/api/v1/block/height')).status, 403)
    assert.is((await raw(ws, { ...upgrade, ...foreign }, 'GET')).status, 403)
  }
  const local = { origin: 'http://localhost:5173' }
  assert.is((await raw(rpc, { ...json, ...local })).status, 200)
  assert.is((await raw(rpc, local, 'OPTIONS')).status, 204)
  assert.is((await raw(ws, { ...upgrade, ...local }, 'GET')).status, 101)
  const answer = await fetch(`http://127.0.0.1:${rest}/api/v1/block/height`, { headers: local })
  assert.is(answer.headers.get('access-control-allow-origin'), local.origin)
  assert.is((await raw(ws, {}, 'GET')).status, 426)
})

test('offers no restart by REST, and answers 404 to what does not exist', async () => {
  await using node = await startMainchain()
  const base = `http://127.0.0.1:${node.ports.rest}`
  for (const where of [
    '/api/v1/restart',
    '/',
    '//',
    '/api/v1/block/height/',
    '/api/v2/block/height',
  ]) {
    assert.is((await fetch(base + where)).status, 404, where)
  }
  const junk = await fetch(`${base}/api/v1/transaction`, { method: 'POST', body: '{nope' })
  assert.equal(await junk.json(), {
    Desc: 'Illegal Dataformat',
    Error: 41003,
    Result: 'Illegal Dataformat',
  })
  const bad = await fetch(`${base}/api/v1/asset/balances/nobody`)
  assert.match(JSON.stringify(await bad.json()), 'len != 34')
})

test('pushes transactions and blocks to every WebSocket session, and survives junk', async () => {
  await using node = await startMainchain({ mining: { mode: 'auto' } })
  await node.call('discretemining', { count: 11 })
  const heard: string[][] = [[], []]
  const sockets = await Promise.all(
    heard.map(async (list) => {
      const socket = new WebSocket(`ws://127.0.0.1:${node.ports.ws}`)
      socket.on('message', (data) => list.push(data.toString()))
      await new Promise((resolve) => socket.once('open', resolve))
      return socket
    }),
  )
  const [first] = sockets
  for (const junk of ['', '{', '[]', '5', '{"action":5}', '['.repeat(100)]) first?.send(junk)
  first?.send(Buffer.from([0xff, 0xfe]))
  await until('the answers to junk', () => heard[0]?.length === 7)
  assert.ok(heard[0]?.every((text) => /"Error":4(1003|2001)/.test(text)))
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  await node.call('sendrawtransaction', { data: hexOf(spend) })
  await until('the pushes', () => heard[1]?.length === 3)
  const actions = heard[1]?.map((text) => (JSON.parse(text) as { Action: string }).Action)
  assert.equal(actions, ['sendnewtransaction', 'sendrawblock', 'sendblocktransactions'])
  for (const socket of sockets) socket.close()
})

test('ends a session that is idle, and says so first', async () => {
  await using node = await startMainchain()
  const server = await serveWs(node, 0, { idleMs: 40 })
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(server.http)}`)
  const heard: string[] = []
  socket.on('message', (data) => heard.push(data.toString()))
  await new Promise((resolve) => socket.once('close', resolve))
  assert.equal(heard, ['{"Desc":"Session expired","Error":41001,"Result":"Session expired"}'])
  await server.close()
})

test('cuts a session off that asks and never reads', async () => {
  await using node = await startMainchain()
  const server = await serveWs(node, 0, { backlogBytes: 100_000 })
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(server.http)}`)
  await new Promise((resolve) => socket.once('open', resolve))
  let answers = 0
  socket.on('message', () => {
    answers += 1
  })
  socket.on('error', () => undefined)
  socket.pause()
  const question = JSON.stringify({ action: 'getblockbyheight', height: 0 })
  for (let asked = 0; asked < 20_000; asked += 1) socket.send(question)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await until('the end of the backlog', async () => {
    const count = new WebSocket(`ws://127.0.0.1:${portOf(server.http)}`)
    const said = new Promise<string>((resolve) =>
      count.once('message', (text) => resolve(`${text}`)),
    )
    count.once('open', () => count.send('{"action":"getsessioncount"}'))
    const isAlone = (await said).includes('"Result":1')
    count.close()
    return isAlone
  })
  socket.resume()
  await closed
  assert.ok(answers < 20_000)
  await server.close()
})

test('takes the work of a merged miner for its template, once, and no other', async () => {
  await using node = await startMainchain()
  const template = (await node.call('createauxblock', [labKey(2).address])) as {
    readonly hash: string
    readonly height: number
  }
  assert.is(template.height, 0)
  const submit = (hash: string, auxpow: string) =>
    node.call('submitauxblock', [hash, auxpow]).catch((error: Error) => error.message)
  const work = mineAuxPow(fromHex(template.hash), INSTANT_BITS, 1_700_000_000)
  const other = mineAuxPow(new Uint8Array(32), INSTANT_BITS, 1_700_000_000)
  const wrong = toHex(encode(auxPowCodec, other))
  assert.match(String(await submit(template.hash, wrong)), 'adding block failed')
  assert.match(String(await submit('ab'.repeat(32), wrong)), 'adding block failed')
  const right = toHex(encode(auxPowCodec, work))
  assert.is(await submit(template.hash, right), true)
  assert.is(node.chain.height, 1)
  assert.match(String(await submit(template.hash, right)), 'adding block failed')
  assert.is(await node.call('getreceivedbyaddress', [labKey(2).address]), '1.06544901')
})

test('tells the history of an address, mined and waiting, page by page', async () => {
  await using node = await startMainchain()
  await node.call('discretemining', { count: 11 })
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 500n]] })
  const txid = await node.call('sendrawtransaction', { data: hexOf(spend) })
  interface History {
    readonly txhistory: readonly Readonly<Record<string, unknown>>[]
    readonly totalcount: number
  }
  const history = async (params: Readonly<Record<string, unknown>>) =>
    (await node.call('gethistory', params)) as History
  const { address } = labKey(1)
  const [waiting] = (await history({ address })).txhistory
  assert.is(waiting?.['Status'], 'pending')
  assert.is(waiting?.['height'], 0)
  node.miner.mine()
  const { txhistory, totalcount } = await history({ address })
  assert.is(totalcount, 1)
  assert.equal(txhistory[0], {
    address,
    txid,
    type: 'received',
    value: '0.00000500',
    time: node.chain.tip.time,
    height: 12,
    fee: '0',
    inputs: [labKey(0).address],
    outputs: [address],
    txtype: 2,
    votecategory: 0,
    memo: '',
    Status: 'confirmed',
  })
  const payer = await history({ address: labKey(0).address, limit: 2 })
  // Genesis, twelve coinbases and the transfer.
  assert.is(payer.totalcount, 14)
  assert.is(payer.txhistory.length, 2)
  const sent = payer.txhistory.find(({ type }) => type === 'sent')
  assert.is(sent?.['value'], '0.00000600')
  assert.is(sent?.['fee'], '0.00000100')
  const oldest = await history({ address: labKey(0).address, order: 'asc', skip: 1, limit: 1 })
  assert.is(oldest.txhistory[0]?.['height'], 1)
  assert.is(oldest.txhistory[0]?.['type'], 'received')
  const tooMany = await node
    .call('gethistory', { address, limit: 51 })
    .catch((error: Error) => error.message)
  assert.match(String(tooMany), 'invalid limit')
})

test('creates, signs and takes a transaction by RPC alone', async () => {
  await using node = await startMainchain({ mining: { mode: 'auto' } })
  await node.call('discretemining', { count: 11 })
  const data = await node.call('createrawtransaction', {
    inputs: JSON.stringify([{ txid: GENESIS_COIN.txid, vout: 0 }]),
    outputs: JSON.stringify([
      { address: labKey(1).address, amount: '1.5' },
      { address: labKey(0).address, amount: '32999998.4999' },
    ]),
    locktime: 0,
  })
  const signed = await node.call('signrawtransactionwithkey', {
    data,
    codes: JSON.stringify([toHex(standardCode(publicKeyOf(labKey(0).privateKey)))]),
    privkeys: JSON.stringify([toHex(labKey(0).privateKey)]),
  })
  await node.call('sendrawtransaction', { data: signed })
  assert.is(await node.call('getreceivedbyaddress', [labKey(1).address]), '1.50000000')
  const spendable = await node.call('listunspent', {
    addresses: [labKey(0).address],
    spendable: true,
  })
  const all = await node.call('listunspent', { addresses: [labKey(0).address] })
  assert.ok((spendable as unknown[]).length < (all as unknown[]).length)
})

test('loads Schnorr verification when the first Schnorr program comes', async () => {
  await using node = await startMainchain({ mining: { mode: 'auto' } })
  await node.call('discretemining', { count: 11 })
  const code = schnorrCode(publicKeyOf(labKey(1).privateKey))
  const owner = { ...labKey(1), programHash: programHashOf(code, Prefix.standard) }
  const fund = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[owner, 5_000n]] })
  const txid = String(await node.call('sendrawtransaction', { data: hexOf(fund) }))
  const spend = {
    ...transfer({
      from: labKey(1),
      coins: [{ txid, index: 0, value: 5_000n }],
      to: [[labKey(2), 1_000n]],
    }),
    programs: [],
  }
  const bad = signWithSchnorr({ ...spend, lockTime: 1 }, [labKey(1).privateKey])
  const refused = await node
    .call('sendrawtransaction', { data: hexOf({ ...spend, programs: bad.programs }) })
    .catch((error: Error) => error.message)
  assert.match(String(refused), 'check schnorr signature failed')
  await node.call('sendrawtransaction', {
    data: hexOf(signWithSchnorr(spend, [labKey(1).privateKey])),
  })
  assert.is(await node.call('getreceivedbyaddress', [labKey(2).address]), '0.00001000')
})

test('mines at an interval by itself, and stops when told', async () => {
  await using node = await startMainchain({ mining: { mode: 'interval', everyMs: 5 } })
  await until('three blocks', () => node.chain.height >= 3)
  await node.call('togglemining', [false])
  const { height } = node.chain
  await node.call('discretemining', [1])
  assert.is(node.chain.height, height + 1)
  await node.call('togglemining', [true])
  await until('another block', () => node.chain.height > height + 1)
})

test.run()
