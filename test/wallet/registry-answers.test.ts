/** What a node says of the registry is not believed to have any shape. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import {
  appRecord,
  channelRecord,
  channelsOf,
  publishedReleases,
  releaseRecord,
  seqOfBundle,
} from '../../src/wallet/registry/read.ts'
import { fakeRpc } from '../support/fake-rpc.ts'

const test = suite('answers of the registry')

const did = 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
const hex = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
const odd = fc.oneof(
  fc.constant('0x'),
  hex,
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.object(),
)
const word = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
/** Right on the outside. */
const event = fc.record({
  topics: fc.array(word, { maxLength: 4 }),
  data: hex,
  blockNumber: fc.constant('0x1'),
  transactionHash: word,
})
const log = fc.record({ topics: fc.array(fc.oneof(hex, odd)), data: fc.oneof(hex, odd) })

test('any answer is either read or said to be no answer, never a defect', async () => {
  let answer: unknown
  await using node = await fakeRpc({ eth_call: () => answer, eth_getLogs: () => answer })
  const registry = { rpc: node.url, chainId: 21, address: `0x${'12'.repeat(20)}` }
  const asks = [
    () => appRecord(registry, did),
    () => releaseRecord(registry, did, 1),
    () => channelRecord(registry, did, 'latest'),
    () => seqOfBundle(registry, did, `sha256:${'0'.repeat(64)}`),
    () => publishedReleases(registry, did),
    () => channelsOf(registry, did),
  ]
  await fc.assert(
    fc.asyncProperty(fc.oneof(odd, fc.array(fc.oneof(event, log, odd))), async (given) => {
      answer = given
      for (const ask of asks) {
        const thrown = await ask().then(
          () => undefined,
          (error: unknown) => error,
        )
        assert.ok(thrown === undefined || thrown instanceof ElaError, String(thrown))
      }
    }),
    { numRuns: 60 },
  )
})

test.run()
