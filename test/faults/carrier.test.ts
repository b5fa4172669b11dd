import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { carrier } from '../../src/nodes/carrier/kind.ts'
import { CarrierProcesses } from '../support/carrier.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('carrier faults')

/** Generous: on a busy machine a process takes seconds to start. */
const LIMIT_MS = 30_000

async function everybodyKnowsEverybody(processes: CarrierProcesses): Promise<void> {
  for (const instance of carrier.instances) {
    const reachesAll = async () => (await processes.reachableFrom(instance)).length === 2
    await until(`${instance} reaches the others`, reachesAll, LIMIT_MS)
  }
}

async function reaches(processes: CarrierProcesses, from: string, to: string): Promise<void> {
  const isReached = async () => (await processes.reachableFrom(from)).includes(to)
  await until(`${from} reaches ${to}`, isReached, LIMIT_MS)
}

test('a node killed and started again is found again, the bootstrap node included', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await Promise.all(carrier.instances.map((instance) => processes.start(instance)))
  await everybodyKnowsEverybody(processes)
  for (const killed of ['carrier-2', 'carrier-1']) {
    assert.is(await processes.end(killed, 'SIGKILL'), 'SIGKILL')
    const hasNoticed = async () => !(await processes.reachableFrom('carrier-3')).includes(killed)
    await until(`carrier-3 notices that ${killed} is gone`, hasNoticed, LIMIT_MS)
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
  await reaches(processes, 'carrier-2', 'carrier-3')
})

test('a damaged table file stops nobody', async () => {
  using folder = temporaryFolder()
  await using processes = await CarrierProcesses.in(folder.path)
  await processes.start('carrier-1')
  await processes.start('carrier-2')
  await processes.end('carrier-2', 'SIGTERM')
  writeFileSync(folder.join('carrier-2', 'dht4.cache'), 'rubbish')
  await processes.start('carrier-2')
  await reaches(processes, 'carrier-2', 'carrier-1')
})

test.run()
