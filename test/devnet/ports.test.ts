import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { choosePorts } from '../../src/devnet/ports.ts'
import { takeLock } from '../../src/supervisor/lock.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('devnet/ports')
const planned = { instance: 'alpha', name: 'rpc', preferred: 23_000, udp: false }

/** As if a devnet of this process had each of these blocks; `act` sees no other locks. */
async function withClaimed(bases: readonly number[], act: () => Promise<void>): Promise<void> {
  using folder = temporaryFolder()
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder.path
  try {
    for (const base of bases) {
      takeLock(path.join(tmpdir(), `ela-ports-${userInfo().uid}`, `${base}.lock`), '/a/shop')
    }
    await act()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

test('takes a block that is left, also when it is strict about wishes', async () => {
  const bases = Array.from({ length: 90 }, (_, index) => 23_000 + 100 * index)
  const request = { all: [planned], instances: ['alpha'], folder: '/another' }
  await withClaimed(bases.slice(0, -1), async () => {
    const wish = { from: 'anywhere' } as const
    const { portOf, moved } = await choosePorts({ ...request, wish, strict: true })
    assert.is(portOf('alpha', 'rpc'), 31_900)
    assert.equal(moved, [])
  })
  await withClaimed(bases, async () => {
    const wish = { from: 'anywhere' } as const
    await fails('devnet/noPorts', () => choosePorts({ ...request, wish, strict: false }))
  })
  await withClaimed([23_000], async () => {
    const wish = { from: 'defaults' } as const
    const { message } = await fails('devnet/portBusy', () =>
      choosePorts({ ...request, wish, strict: true }),
    )
    assert.match(message, `the devnet in /a/shop (pid ${process.pid})`)
  })
})

test.run()
