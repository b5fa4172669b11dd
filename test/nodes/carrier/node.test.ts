import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../src/base/bytes-text.ts'
import type { CarrierNode } from '../../../src/nodes/carrier/node.ts'
import { devnetTimes } from '../../../src/nodes/carrier/times.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type RequestBody,
} from '../../../src/protocol/carrier/message.ts'
import { nodeKeys, PacketBox } from '../../../src/protocol/carrier/packet.ts'
import { openSocket, startTestNode, type TestSocket, testSeed } from '../../support/carrier.ts'
import { fails, until } from '../../support/fails.ts'

const test = suite('carrier node')

const target = new Uint8Array(32).fill(7)

function knows(node: CarrierNode, other: CarrierNode): boolean {
  return node.known.some(({ id, failures }) => toHex(id) === toHex(other.id) && failures === 0)
}

/** A client with a key of its own that writes whatever it is told to. */
async function stranger(name: string, socket: TestSocket, node: CarrierNode) {
  const box = await PacketBox.of(await nodeKeys(testSeed(name)))
  const seal = (body: RequestBody, transaction = 1, layout: 'native' | 'java' = 'native') => {
    const message: Message = { type: 'request', transaction, version: 0x4f52_0001, ...body }
    return box.seal(node.id, encodeMessage(message, layout))
  }
  const read = (packet: Uint8Array) => decodeMessage(box.open(packet).message)
  const answers = () => socket.received.map(read).filter(({ type }) => type !== 'request')
  return { seal, answers, box }
}

test('three nodes that start together come to know each other', async () => {
  await using first = await startTestNode('first')
  const bootstraps = [first.info]
  await using second = await startTestNode('second', { bootstraps })
  await using third = await startTestNode('third', { bootstraps })
  const nodes = [first.node, second.node, third.node]
  await until('everybody knows everybody', () =>
    nodes.every((node) => nodes.every((other) => node === other || knows(node, other))),
  )
  const found = await third.node.findNodes(second.node.id)
  assert.is(toHex(found[0]?.id ?? new Uint8Array()), toHex(second.node.id))
})

test('a node that starts before its bootstrap node joins as soon as that is there', async () => {
  const socket = await openSocket()
  const { port } = socket
  await socket[Symbol.asyncDispose]()
  const { id } = await nodeKeys(testSeed('late'))
  const bootstraps = [{ id, host: '127.0.0.1', port }]
  await using early = await startTestNode('early', { bootstraps })
  // Its first pings are lost by now; it must not wait for the answers to them.
  await until('the early node has asked', () => early.node.traffic.sent > 1)
  const began = performance.now()
  await using late = await startTestNode('late', { port })
  await until('the early node has joined', () => knows(early.node, late.node))
  assert.ok(performance.now() - began < 900)
  await until('the bootstrap node knows the other', () => knows(late.node, early.node))
})

test('a larger network is found from any of its nodes', async () => {
  const first = await startTestNode('node 0')
  const names = Array.from({ length: 19 }, (_none, index) => `node ${index + 1}`)
  const others = await Promise.all(
    names.map((name) => startTestNode(name, { bootstraps: [first.info] })),
  )
  const nodes = [first, ...others].map(({ node }) => node)
  try {
    for (const [index, wanted] of nodes.entries()) {
      const asker = nodes[(index + 7) % nodes.length]
      await until(`node ${index} is found`, async () => {
        const [nearest] = (await asker?.findNodes(wanted.id)) ?? []
        return nearest !== undefined && toHex(nearest.id) === toHex(wanted.id)
      })
    }
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
})

test('answers what real nodes ask, in either layout', async () => {
  await using started = await startTestNode('answering')
  await using other = await startTestNode('other', { bootstraps: [started.info] })
  await until('two nodes know each other', () => knows(started.node, other.node))
  await using socket = await openSocket()
  const { seal, answers } = await stranger('client', socket, started.node)
  await socket.send(seal({ method: 'ping' }, 11, 'java'), started.info.port)
  await socket.send(seal({ method: 'findNode', body: { target, want: 5 } }, 12), started.info.port)
  await socket.send(seal({ method: 'findNode', body: { target, want: 2 } }, 13), started.info.port)
  const said = await until('three answers', () => answers().length === 3 && answers())
  const [ping, withToken, without] = said
  assert.ok(ping?.type === 'response' && ping.method === 'ping' && ping.transaction === 11)
  assert.ok(withToken?.type === 'response' && withToken.method === 'findNode')
  assert.equal(
    withToken.body.nodes4.map(({ id, port }) => [toHex(id), port]),
    [[toHex(other.node.id), other.info.port]],
  )
  assert.is.not(withToken.body.token, 0)
  assert.ok(without?.type === 'response' && without.method === 'findNode')
  assert.equal(without.body, { nodes4: [], nodes6: [], token: 0 })
})

test('says clearly that values and peers are not supported', async () => {
  await using started = await startTestNode('refusing')
  await using socket = await openSocket()
  const { seal, answers } = await stranger('client', socket, started.node)
  const signature = new Uint8Array(64)
  const requests: readonly RequestBody[] = [
    { method: 'findValue', body: { target, want: 5, sequence: 0 } },
    { method: 'findPeer', body: { target, want: 5 } },
    { method: 'storeValue', body: { token: 1, value: { data: target } } },
    { method: 'announcePeer', body: { token: 1, peerId: target, port: 80, signature } },
  ]
  for (const [index, request] of requests.entries()) {
    await socket.send(seal(request, index + 1), started.info.port)
  }
  const said = await until('four answers', () => answers().length === 4 && answers())
  for (const [index, message] of said.entries()) {
    assert.ok(message.type === 'error')
    assert.is(message.method, requests[index]?.method)
    assert.equal(message.body, { code: 204, text: 'method not supported' })
  }
})

test('keeps nobody who only writes to it and does not answer', async () => {
  await using started = await startTestNode('careful')
  await using socket = await openSocket()
  for (let index = 0; index < 30; index += 1) {
    const { seal } = await stranger(`ghost ${index}`, socket, started.node)
    await socket.send(seal({ method: 'ping' }, index + 1), started.info.port)
  }
  await until('all are read', () => started.node.traffic.received === 30)
  assert.is(started.node.known.length, 0)
})

test('ignores answers that it did not ask for, or that come from somebody else', async () => {
  await using socket = await openSocket()
  const keys = await nodeKeys(testSeed('asked'))
  const bootstraps = [{ id: keys.id, host: '127.0.0.1', port: socket.port }]
  // However slow the test is, the node still waits for the answer.
  const times = { ...devnetTimes, callAtMostMs: 60_000 }
  await using started = await startTestNode('asking', { bootstraps, times })
  const asked = await PacketBox.of(keys)
  const impostor = await PacketBox.of(await nodeKeys(testSeed('impostor')))
  const packet = await until('the node asks', () => socket.received[0])
  const { transaction } = decodeMessage(asked.open(packet).message)
  const pong = (number: number) =>
    encodeMessage({ type: 'response', method: 'ping', transaction: number, version: 1 })
  const { port } = started.info
  await socket.send(impostor.seal(started.node.id, pong(transaction)), port)
  await socket.send(asked.seal(started.node.id, pong(transaction + 1_000)), port)
  await using elsewhere = await openSocket()
  await elsewhere.send(asked.seal(started.node.id, pong(transaction)), port)
  await until('all three are read', () => started.node.traffic.received === 3)
  assert.is(started.node.known.length, 0)
  await socket.send(asked.seal(started.node.id, pong(transaction)), port)
  await until('the true answer counts', () => started.node.known.length === 1)
})

test('notices that a node is gone, and that it is back', async () => {
  await using first = await startTestNode('staying')
  const going = await startTestNode('going', { bootstraps: [first.info] })
  const { port } = going.info
  await until('they know each other', () => knows(first.node, going.node))
  await going.node.stop()
  await until('its silence shows', () => !knows(first.node, going.node))
  await using back = await startTestNode('going', { port, remembered: [first.info] })
  await until('it is known again', () => knows(first.node, back.node))
})

test('limits an address that is throttled and says nothing to it', async () => {
  await using started = await startTestNode('throttling', {
    isLimited: () => true,
    now: () => 1_000_000,
  })
  await using socket = await openSocket()
  const { seal, answers } = await stranger('hasty', socket, started.node)
  for (let index = 1; index <= 50; index += 1) {
    await socket.send(seal({ method: 'ping' }, index), started.info.port)
  }
  await until('all arrive', () => started.node.traffic.received >= 50)
  const { throttled } = started.node.traffic
  assert.ok(throttled >= 25, `${throttled} of 50 were dropped`)
  assert.ok(answers().length <= 25)
})

test('bans an address that sends only rubbish, and an id that never stays where it is', async () => {
  let at = 1_000_000
  // A second passes with each look at the clock, so that the throttle lets everything through.
  const now = () => {
    at += 1_000
    return at
  }
  await using started = await startTestNode('banning', { isLimited: () => true, now })
  await using rude = await openSocket()
  const { port } = started.info
  const { seal } = await stranger('polite', rude, started.node)
  for (let index = 1; index <= 31; index += 1) {
    await rude.send(new Uint8Array(100).fill(9), port)
    await until('it is read', () => started.node.traffic.received === index)
  }
  await rude.send(seal({ method: 'ping' }), port)
  await until('the ping is dropped', () => started.node.traffic.banned === 1)

  await using anchor = await openSocket()
  const { seal: sealNomad } = await stranger('nomad', anchor, started.node)
  for (let index = 1; index <= 40; index += 1) {
    await using elsewhere = await openSocket()
    await elsewhere.send(sealNomad({ method: 'ping' }), port)
    await until('it is read', () => started.node.traffic.received === 32 + index)
  }
  assert.is(started.node.traffic.banned, 1 + 40 - 31)
})

test('a taken port is a clear error', async () => {
  await using started = await startTestNode('holder')
  const error = await fails('carrier/portInUse', () =>
    startTestNode('second', { port: started.info.port }),
  )
  assert.is(error.exit, 'environment')
  assert.match(error.message, `${started.info.port}`)
})

test('outlives random, cut, flipped, oversized and replayed datagrams without growing', async () => {
  await using started = await startTestNode('fuzzed')
  const { port } = started.info
  await using socket = await openSocket()
  const { seal, answers, box } = await stranger('known', socket, started.node)
  const good = seal({ method: 'findNode', body: { target, want: 5 } })
  const sealed = (bytes: Uint8Array) => box.seal(started.node.id, bytes)
  const readable = encodeMessage({
    type: 'response',
    method: 'findNode',
    transaction: 5,
    version: 1,
    body: { nodes4: [{ id: target, host: '127.0.0.1', port }], nodes6: [], token: 9 },
  })
  const datagrams = [
    ...fc.sample(fc.uint8Array({ maxLength: 1_400 }), 1_500),
    ...fc.sample(fc.uint8Array({ maxLength: 300 }).map(sealed), 1_500),
    ...fc.sample(
      fc.nat(good.length).map((length) => good.subarray(0, length)),
      500,
    ),
    ...fc.sample(
      fc.tuple(fc.nat(good.length - 1), fc.nat(7)).map(([at, bit]) => {
        return good.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte))
      }),
      1_000,
    ),
    ...fc.sample(
      fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => {
        const length = readable.length
        return sealed(readable.map((byte, i) => (i === at % length ? byte ^ (1 << bit) : byte)))
      }),
      1_000,
    ),
    new Uint8Array(0),
    new Uint8Array(5_121),
    new Uint8Array(60_000).fill(0xbf),
    sealed(new Uint8Array(5_000).fill(0x81)),
    sealed(new Uint8Array(5_000).fill(0xbf)),
  ]
  // Waits for each handful to be read, since a full socket buffer would lose what follows.
  let sent = 0
  const flood = async (round: readonly Uint8Array[]) => {
    for (let at = 0; at < round.length; at += 25) {
      await using fresh = await openSocket()
      const handful = round.slice(at, at + 25)
      for (const datagram of handful) await fresh.send(datagram, port)
      sent += handful.length
      await until('a handful is read', () => started.node.traffic.received >= sent)
    }
  }
  await flood(new Array<Uint8Array>(500).fill(good))
  assert.ok(started.node.traffic.sent >= 500, 'replayed requests are answered')
  await flood(datagrams)
  await socket.send(seal({ method: 'ping' }, 99), port)
  await until('it still answers', () => answers().some(({ transaction }) => transaction === 99))
  assert.ok(started.node.traffic.unreadable > 4_000)
  assert.is(started.node.known.length, 0)
})

test.run()
