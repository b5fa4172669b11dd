/** How many DApps a machine takes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { admitMemory, machineMemory } from '../../src/runtime/memory-limit.ts'
import { fails } from '../support/fails.ts'

const test = suite('runtime/memory-limit')
const GIB = 1_073_741_824
const machine = { totalBytes: 8 * GIB, availableBytes: 6 * GIB }

test('attack 48: DApps are opened until together they may use too much', async () => {
  const running: number[] = []
  const open = () => {
    admitMemory(512, running, machine)
    running.push(512)
  }
  const error = await fails('runtime/memoryFull', () => {
    while (running.length < 200) open()
  })
  // Four times the machine's memory, because most use a tenth of what they may.
  assert.is(running.length, 64)
  assert.is(error.exit, 'environment')
  assert.match(`${error.message} ${error.hint}`, '64')
})

test('attack 48: a DApp is not opened when its memory is not there now', async () => {
  const full = { ...machine, availableBytes: GIB / 2 }
  await fails('runtime/memoryFull', () => admitMemory(512, [], full))
  admitMemory(512, [], { ...machine, availableBytes: 2 * GIB })
})

test('the memory of this machine is known', () => {
  const { totalBytes, availableBytes } = machineMemory()
  assert.ok(availableBytes > 0 && availableBytes <= totalBytes)
})

test.run()
