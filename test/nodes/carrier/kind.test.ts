import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCodes } from '../../../src/base/exit-codes.ts'
import { devnetId, devnetSeed } from '../../../src/nodes/carrier/devnet-keys.ts'
import { carrierNameOf } from '../../../src/nodes/carrier/instances.ts'
import { carrier } from '../../../src/nodes/carrier/kind.ts'
import { idText } from '../../../src/protocol/carrier/id.ts'
import { nodeKeys } from '../../../src/protocol/carrier/packet.ts'
import { CarrierProcesses, endOf } from '../../support/carrier.ts'
import { until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('carrier kind')

const others = (instance: string) => carrier.instances.filter((name) => name !== instance)

test('knows the ids of its nodes without starting them', async () => {
  for (const instance of carrier.instances) {
    const { id } = await nodeKeys(devnetSeed(instance))
    assert.equal(devnetId(instance), id)
    assert.is(carrierNameOf(idText(id)), instance)
  }
  assert.is(carrierNameOf('somebody else'), undefined)
})

test('three processes find each other, report their health, and stop when asked', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await Promise.all(carrier.instances.map((instance) => processes.start(instance)))
  for (const instance of carrier.instances) {
    const context = processes.context(instance)
    await carrier.launch(context).probe(AbortSignal.timeout(5_000))
    const knowsAll = async () => {
      const known = await processes.reachableFrom(instance)
      return known.length === 2 && others(instance).every((name) => known.includes(name))
    }
    await until(`${instance} knows the others`, knowsAll, 30_000)
    const entry = carrier.describe(context)
    const health = await carrier.health(entry, AbortSignal.timeout(5_000))
    assert.equal(health, { peers: 2, facts: { id: entry['id'] } })
  }
  const { CARRIER_BOOTSTRAP: bootstrap } = carrier.environment(processes.context('carrier-2'))
  const first = carrier.describe(processes.context('carrier-1'))
  assert.is(bootstrap, `${first['id']}@${first['udp']}`)

  assert.is(await processes.end('carrier-1', 'SIGTERM'), exitCodes.done)
  assert.is(await processes.end('carrier-2', 'SIGINT'), exitCodes.done)
  const third = processes.child('carrier-3')
  third.stdin?.end()
  assert.is(await endOf(third), exitCodes.done)
})

test('says which port is taken', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await processes.start('carrier-1')
  let said = ''
  try {
    await processes.startAgain('carrier-1')
  } catch (error) {
    said = String(error)
  }
  const udp = processes.context('carrier-1').port('udp')
  assert.match(said, `ended with ${exitCodes.environment}`)
  assert.match(said, `UDP port ${udp} of 127.0.0.1 is in use`)
})

test.run()
