import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { carrier } from '../../src/nodes/carrier/kind.ts'
import { CarrierProcesses } from '../support/carrier.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('carrier faults')

async function everybodyKnowsEverybody(processes: CarrierProcesses): Promise<void> {
  for (const instance of carrier.instances) {
    await until(`${instance} reaches the others`, async () => {
      return (await processes.reachableFrom(instance)).length === 2
    })
  }
}

test('a node killed and started again is found again, the bootstrap node included', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await Promise.all(carrier.instances.map((instance) => processes.start(instance)))
  await everybodyKnowsEverybody(processes)
  for (const killed of ['carrier-2', 'carrier-1']) {
    assert.is(await processes.end(killed, 'SIGKILL'), 'SIGKILL')
    await until(`carrier-3 notices that ${killed} is gone`, async () => {
      return !(await processes.reachableFrom('carrier-3')).includes(killed)
    })
    await processes.start(killed)
    await everybodyKnowsEverybody(processes)
  }
})

test('two nodes find each other by what they remember while the bootstrap node is gone', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await Promise.all(carrier.instances.map((instance) => processes.start(instance)))
  await everybodyKnowsEverybody(processes)
  for (const instance of carrier.instances) await processes.end(instance, 'SIGTERM')
  await Promise.all([processes.start('carrier-2'), processes.start('carrier-3')])
  await until('carrier-2 reaches carrier-3', async () =>
    (await processes.reachableFrom('carrier-2')).includes('carrier-3'),
  )
})

test('a damaged table file stops nobody', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await processes.start('carrier-1')
  await processes.start('carrier-2')
  await processes.end('carrier-2', 'SIGTERM')
  writeFileSync(folder.join('carrier-2', 'dht4.cache'), 'rubbish')
  await processes.start('carrier-2')
  await until('carrier-2 reaches carrier-1', async () =>
    (await processes.reachableFrom('carrier-2')).includes('carrier-1'),
  )
})

test.run()
