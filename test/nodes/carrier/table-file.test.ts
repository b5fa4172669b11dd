import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { loadTable, saveTable } from '../../../src/nodes/carrier/table-file.ts'
import {
  type CachedNode,
  decodeTableCache,
  encodeTableCache,
  type TableCache,
} from '../../../src/protocol/carrier/table-cache.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('carrier table file')

function cached(first: number, host: string): CachedNode {
  return {
    id: new Uint8Array(32).fill(first),
    host,
    port: 39_000 + first,
    created: 1_790_000_000_000,
    lastSeen: 1_790_000_000_001,
    lastSent: 0,
    failures: first,
    reachable: true,
    version: 0x4d4b_0001,
  }
}

const table: TableCache = {
  timestamp: 1_790_000_000_002,
  entries: [cached(1, '127.0.0.1'), cached(2, '2001:db8::1')],
  cache: [cached(3, '10.77.0.2')],
}

function never(line: string): void {
  assert.unreachable(line)
}

test('keeps the nodes of the last run, readable by their owner alone', () => {
  using folder = temporaryFolder()
  assert.equal(loadTable(folder.path, never), [])
  saveTable(folder.path, table)
  assert.equal(
    loadTable(folder.path, never).map(({ host, port }) => `${host} ${port}`),
    ['127.0.0.1 39001', '2001:db8::1 39002', '10.77.0.2 39003'],
  )
  assert.is(statSync(folder.join('dht4.cache')).mode & 0o777, 0o600)
})

test('reads what it wrote, and writes maps without a length as Java nodes do', () => {
  const bytes = encodeTableCache(table)
  assert.is(bytes[0], 0xbf)
  assert.equal(decodeTableCache(bytes), table)
})

test('puts a damaged file aside, says so, and goes on without', () => {
  using folder = temporaryFolder()
  const whole = encodeTableCache(table)
  for (const damaged of [whole.subarray(0, 50), new Uint8Array(0), Buffer.from('{"json":1}')]) {
    writeFileSync(folder.join('dht4.cache'), damaged)
    const said: string[] = []
    assert.equal(
      loadTable(folder.path, (line) => said.push(line)),
      [],
    )
    assert.is(said.length, 1)
    assert.match(said[0] ?? '', folder.join('dht4.cache.damaged'))
    assert.not(existsSync(folder.join('dht4.cache')))
    assert.equal(readFileSync(folder.join('dht4.cache.damaged')), Buffer.from(damaged))
  }
})

test('names a file that cannot be read or written', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('file'), '')
  const error = await fails('carrier/notWritable', () => saveTable(folder.join('file'), table))
  assert.match(error.message, 'dht4.cache')
  assert.is(error.exit, 'environment')
  await fails('carrier/unreadable', () => loadTable(folder.join('file'), never))
  if (process.getuid?.() === 0) return
  saveTable(folder.path, table)
  chmodSync(folder.join('dht4.cache'), 0)
  await fails('carrier/unreadable', () => loadTable(folder.path, never))
})

test('refuses or reads whatever is cut, flipped or random, and never fails otherwise', () => {
  const whole = encodeTableCache(table)
  const attempt = (bytes: Uint8Array) => {
    try {
      decodeTableCache(bytes)
    } catch (error) {
      assert.ok(error instanceof ElaError && error.code === 'carrier/badCache', String(error))
    }
  }
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
      attempt(whole.subarray(0, at))
      attempt(whole.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte)))
    }),
    { numRuns: 2_000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), attempt), { numRuns: 2_000 })
})

test.run()
