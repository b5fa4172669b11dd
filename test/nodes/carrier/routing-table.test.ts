import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  isWorthNaming,
  K,
  needsPing,
  RoutingTable,
  type TableEntry,
} from '../../../src/nodes/carrier/routing-table.ts'
import { networkTimes } from '../../../src/nodes/carrier/times.ts'
import { compareDistance } from '../../../src/protocol/carrier/id.ts'
import type { NodeInfo } from '../../../src/protocol/carrier/node-info.ts'
import { isPrefixOf } from '../../../src/protocol/carrier/prefix.ts'

const test = suite('carrier routing table')

const self = new Uint8Array(32)
const MINUTE = 60_000

function node(name: string | number, first?: number): NodeInfo {
  const id = new Uint8Array(createHash('sha256').update(`${name}`).digest())
  if (first !== undefined) id[0] = first
  const number = createHash('sha256').update(`port ${name}`).digest().readUInt16BE() % 60_000
  return {
    id,
    host: `127.0.${Number(name) >> 8 || 0}.${Number(name) & 255 || 1}`,
    port: number + 1,
  }
}

function tableOf(nodes: readonly NodeInfo[], now = 1): RoutingTable {
  const table = new RoutingTable(self, now)
  for (const one of nodes) table.answered(one, 1, now)
  return table
}

function entryOf(table: RoutingTable, { id }: NodeInfo): TableEntry {
  const entry = table.find(id)
  assert.ok(entry)
  return entry
}

test('knows many near nodes and few far ones', () => {
  const far = Array.from({ length: 100 }, (_none, index) => node(index, 0x80))
  const near = Array.from({ length: 100 }, (_none, index) => node(1_000 + index, 0))
  const table = tableOf([...far, ...near])
  const known = table.entries().filter(({ id }) => (id[0] ?? 0) >= 0x80)
  assert.is(known.length, K)
  assert.ok(table.size > 2 * K && table.size < 100)
  for (const { id } of table.entries()) {
    assert.is(table.buckets.filter(({ prefix }) => isPrefixOf(prefix, id)).length, 1)
  }
})

test('stays small however many nodes answer', () => {
  const table = tableOf(Array.from({ length: 5_000 }, (_none, index) => node(index)))
  assert.ok(table.size <= 20 * K)
  const { entries, cache } = table.snapshot(5)
  assert.is(entries.length, table.size)
  assert.ok(cache.length <= 20 * K)
})

test('names the nearest nodes, nearest first', () => {
  const table = tableOf(Array.from({ length: 300 }, (_none, index) => node(index)))
  const target = node('target').id
  const nearest = table.closest(target, K)
  assert.is(nearest.length, K)
  const sorted = [...table.entries()].sort((a, b) => compareDistance(target, a.id, b.id))
  assert.equal(nearest, sorted.slice(0, K))
})

test('gives the place of a node that is gone to a spare', () => {
  const far = Array.from({ length: K + 2 }, (_none, index) => node(index, 0x80))
  const table = tableOf([...far, ...Array.from({ length: K }, (_none, i) => node(500 + i, 0))])
  const [gone] = far
  assert.ok(gone)
  Object.assign(entryOf(table, gone), { failures: 6, lastSent: 2 })
  table.sweep(3, networkTimes)
  assert.is(table.find(gone.id), undefined)
  assert.is(table.entries().filter(({ id }) => (id[0] ?? 0) >= 0x80).length, K)
})

test('gives the place of a failing node to a newcomer at once', () => {
  const far = Array.from({ length: K }, (_none, index) => node(index, 0x80))
  const table = tableOf([...far, ...Array.from({ length: K }, (_none, i) => node(500 + i, 0))])
  const [failing] = far
  assert.ok(failing)
  entryOf(table, failing).failures = 3
  const newcomer = node('newcomer', 0x81)
  table.answered(newcomer, 1, 2)
  assert.ok(table.find(newcomer.id))
  assert.is(table.find(failing.id), undefined)
})

test('drops a node after six failures, or three and a quarter of an hour unseen', () => {
  const [a, b, c, d] = [node(1), node(2), node(3), node(4)]
  const table = tableOf([a, b, c, d])
  Object.assign(entryOf(table, a), { failures: 6, lastSent: 5 })
  Object.assign(entryOf(table, b), { failures: 5, lastSent: 5 })
  Object.assign(entryOf(table, c), { failures: 3, lastSent: 5 })
  Object.assign(entryOf(table, d), { failures: 2, lastSent: 5 })
  table.sweep(10, networkTimes)
  assert.equal(
    [a, b, c, d].map(({ id }) => table.find(id) !== undefined),
    [false, true, true, true],
  )
  table.sweep(16 * MINUTE, networkTimes)
  assert.equal(
    [b, c, d].map(({ id }) => table.find(id) !== undefined),
    [false, false, true],
  )
})

test('joins halves that one bucket can hold', () => {
  const table = tableOf(Array.from({ length: 300 }, (_none, index) => node(index)))
  assert.ok(table.buckets.length > 1)
  for (const entry of table.entries().slice(2)) Object.assign(entry, { failures: 6, lastSent: 5 })
  for (let round = 0; round < 4; round += 1) {
    table.sweep(10, networkTimes)
    for (const entry of table.entries().slice(2)) Object.assign(entry, { failures: 6, lastSent: 5 })
  }
  assert.is(table.buckets.length, 1)
})

test('believes an id at its first address until that fails', () => {
  const at = node(1)
  const elsewhere = { ...at, port: at.port + 1 }
  const table = tableOf([at])
  table.answered(elsewhere, 1, 2)
  assert.is(entryOf(table, at).port, at.port)
  entryOf(table, at).failures = 1
  table.answered(elsewhere, 1, 3)
  assert.is(entryOf(table, at).port, elsewhere.port)
  assert.is(table.size, 1)
})

test('gives an address that changes its id to the new id', () => {
  const first = node(1)
  const second = { ...node(2), host: first.host, port: first.port }
  const table = tableOf([first, second])
  assert.is(table.find(first.id), undefined)
  assert.ok(table.find(second.id))
  assert.is(table.size, 1)
})

test('an answer ends all doubt', () => {
  const one = node(1)
  const table = tableOf([one])
  Object.assign(entryOf(table, one), { failures: 4 })
  assert.not(isWorthNaming(entryOf(table, one)))
  table.answered(one, 7, 99)
  const { failures, lastSeen, version } = entryOf(table, one)
  assert.equal({ failures, lastSeen, version }, { failures: 0, lastSeen: 99, version: 7 })
})

test('asks failing nodes ever more rarely and quiet ones not before their time', () => {
  const table = tableOf([node(1)], MINUTE)
  const entry = entryOf(table, node(1))
  assert.not(needsPing(entry, MINUTE + 29_999, networkTimes))
  assert.ok(needsPing(entry, MINUTE + 30_000, networkTimes))
  const waits = [1, 2, 3, 6, 20].map((failures) => {
    Object.assign(entry, { failures, lastSent: 2 * MINUTE })
    let wait = 0
    while (!needsPing(entry, 2 * MINUTE + wait * MINUTE, networkTimes)) wait += 1
    return wait
  })
  assert.equal(waits, [1, 2, 4, 32, 32])
})

test.run()
