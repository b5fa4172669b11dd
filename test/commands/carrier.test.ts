import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer, portOf } from '../../src/base/loopback-server.ts'
import {
  type NodeEntry,
  type Session,
  sessionFile,
  writeSession,
} from '../../src/devnet/session.ts'
import { devnetId } from '../../src/nodes/carrier/devnet-keys.ts'
import { carrierInstances } from '../../src/nodes/carrier/instances.ts'
import { serveStatus } from '../../src/nodes/carrier/status-server.ts'
import { idText } from '../../src/protocol/carrier/id.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { ela } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('ela carrier')

const ids = carrierInstances.map((name) => idText(devnetId(name)))
const traffic = { received: 0, sent: 0, unreadable: 0, throttled: 0, banned: 0 }
const seen = Date.UTC(2026, 0, 2)

function known(index: number, reachable: boolean) {
  return { id: ids[index] ?? '', address: `127.0.0.1:${39_001 + index}`, lastSeen: seen, reachable }
}

/** A session whose nodes are these status ports; 1 is a port where nothing listens. */
function writeNodes(folder: string, ports: readonly number[]): void {
  const own = markOf(process.pid)
  assert.ok(own)
  const nodes = ports.map((port, index): NodeEntry => {
    const udp = `127.0.0.1:${39_001 + index}`
    return { pid: own.pid, id: ids[index] ?? '', udp, rpc: `http://127.0.0.1:${port}` }
  })
  const session: Session = {
    schema: 'ela/session@1',
    ...own,
    startedAt: '2026-01-01T00:00:00.000Z',
    folder,
    profile: 'testnet',
    nodes: { carrier: nodes },
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:2',
    adminToken: 'secret',
  }
  writeSession(sessionFile(folder), session)
}

test('shows the ids, who knows whom, and who does not answer', async () => {
  using folder = temporaryFolder()
  const first = await serveStatus(0, () => {
    return { id: ids[0] ?? '', known: [known(2, false), known(1, true)], uptime: 5, traffic }
  })
  const second = await serveStatus(0, () => ({ id: ids[1] ?? '', known: [], uptime: 6, traffic }))
  try {
    writeNodes(folder.path, [portOf(first), portOf(second), 1])
    const text = await ela('carrier status', { cwd: folder.path })
    const id = (index: number) =>
      (ids[index] ?? '').padEnd(Math.max(...ids.map((one) => one.length)))
    assert.equal(text, {
      code: 0,
      stderr: '',
      stdout: [
        `NODE       ${'ID'.padEnd(id(0).length)}  UDP              KNOWS`,
        `carrier-1  ${id(0)}  127.0.0.1:39001  carrier-2, carrier-3 (silent)`,
        `carrier-2  ${id(1)}  127.0.0.1:39002  nobody`,
        `carrier-3  ${id(2)}  127.0.0.1:39003  does not answer`,
        '',
      ].join('\n'),
    })
    const json = JSON.parse((await ela('carrier status --json', { cwd: folder.path })).stdout)
    assert.is(json.schema, 'ela/carrier-status@1')
    assert.equal(json.data.nodes[0], {
      name: 'carrier-1',
      id: ids[0],
      udp: '127.0.0.1:39001',
      answers: true,
      uptime: 5,
      knows: [1, 2].map((index) => ({
        ...known(index, index === 1),
        name: `carrier-${index + 1}`,
        lastSeen: '2026-01-02T00:00:00.000Z',
      })),
    })
    assert.equal(
      json.data.nodes.map(({ answers }: { answers: boolean }) => answers),
      [true, true, false],
    )
  } finally {
    await closeServer(first)
    await closeServer(second)
  }
})

test('fails when no node answers, and when no devnet runs', async () => {
  using folder = temporaryFolder()
  const none = await ela('carrier status --json', { cwd: folder.path })
  assert.is(none.code, 8)
  assert.is(JSON.parse(none.stdout).error.code, 'devnet/notRunning')
  writeNodes(folder.path, [1])
  const silent = await ela('carrier status --json', { cwd: folder.path })
  assert.is(silent.code, 5)
  assert.is(JSON.parse(silent.stdout).error.code, 'rpc/unreachable')
})

test.run()
