import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../src/base/bytes-text.ts'
import { type Asked, lookup } from '../../../src/nodes/carrier/lookup.ts'
import { compareDistance, type Id } from '../../../src/protocol/carrier/id.ts'
import type { NodeInfo } from '../../../src/protocol/carrier/node-info.ts'

const test = suite('carrier lookup')

function node(name: string | number, port = 1): NodeInfo {
  const id = new Uint8Array(createHash('sha256').update(`${name}`).digest())
  return { id, host: '127.0.0.1', port }
}

const target = node('target').id

function nearest(nodes: readonly NodeInfo[], to: Id, count: number): readonly NodeInfo[] {
  return [...nodes].sort((a, b) => compareDistance(to, a.id, b.id)).slice(0, count)
}

/** A made-up network: every node knows those nearest to itself and a few others. */
class Network {
  readonly nodes: readonly NodeInfo[]
  readonly asked: string[] = []
  readonly behaviour = new Map<string, Asked>()
  active = 0
  mostActive = 0

  constructor(size: number) {
    this.nodes = Array.from({ length: size }, (_none, index) => node(index, index + 1))
  }

  ask = async (to: NodeInfo): Promise<Asked> => {
    this.active += 1
    this.mostActive = Math.max(this.mostActive, this.active)
    this.asked.push(toHex(to.id))
    await new Promise((resolve) => setImmediate(resolve))
    this.active -= 1
    const known = [...nearest(this.nodes, to.id, 20), ...this.nodes.slice(to.port, to.port + 20)]
    const answer: Asked = { outcome: 'answered', nodes: nearest(known, target, 8) }
    return this.behaviour.get(toHex(to.id)) ?? answer
  }

  find(start: readonly NodeInfo[]): Promise<readonly NodeInfo[]> {
    return lookup({ target, start, ask: this.ask, accepts: () => true })
  }
}

test('finds the eight nearest of a thousand by asking few', async () => {
  const network = new Network(1_000)
  const found = await network.find(network.nodes.slice(0, 3))
  assert.equal(found, nearest(network.nodes, target, 8))
  assert.ok(network.asked.length < 100, `${network.asked.length} were asked`)
  assert.is(new Set(network.asked).size, network.asked.length)
  assert.ok(network.mostActive <= 10)
})

test('asks a silent node three times and a refusing one once, and finds the others', async () => {
  const network = new Network(60)
  const [silent, refusing] = nearest(network.nodes, target, 2)
  assert.ok(silent && refusing)
  network.behaviour.set(toHex(silent.id), { outcome: 'silent' })
  network.behaviour.set(toHex(refusing.id), { outcome: 'refused' })
  const found = await network.find(network.nodes.slice(0, 3))
  assert.equal(found, nearest(network.nodes, target, 10).slice(2))
  const times = (id: Id) => network.asked.filter((name) => name === toHex(id)).length
  assert.is(times(silent.id), 3)
  assert.is(times(refusing.id), 1)
})

test('ends when nobody is known or nobody answers', async () => {
  const network = new Network(3)
  assert.equal(await network.find([]), [])
  for (const { id } of network.nodes) network.behaviour.set(toHex(id), { outcome: 'silent' })
  assert.equal(await network.find(network.nodes), [])
})

test('asks nobody who is not acceptable, and no address twice', async () => {
  const network = new Network(20)
  const [own] = network.nodes
  assert.ok(own)
  const twin = { ...node('twin'), port: 2 }
  const found = await lookup({
    target,
    start: [...network.nodes.slice(0, 5), twin],
    ask: network.ask,
    accepts: ({ id }) => toHex(id) !== toHex(own.id),
  })
  assert.is(found.length, 8)
  assert.not(network.asked.includes(toHex(own.id)))
  assert.not(network.asked.includes(toHex(twin.id)))
})

test('ends although a liar names new nodes without end', async () => {
  let made = 0
  const ask = async (): Promise<Asked> => {
    const nodes = Array.from({ length: 8 }, () => {
      made += 1
      return node(`made ${made}`, made)
    })
    return { outcome: 'answered', nodes }
  }
  const found = await lookup({ target, start: [node('liar', 60_000)], ask, accepts: () => true })
  assert.is(found.length, 8)
  assert.ok(made < 20_000, `${made} were made up`)
})

test.run()
