/** What must hold for every kind of node, the moment it is listed. */
import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeKinds } from '../../src/nodes/index.ts'
import { until } from '../support/fails.ts'
import { listeningSockets } from '../support/listening.ts'
import { startNode } from '../support/node.ts'

const test = suite('every kind of node')

const HEADS = {
  'a foreign Host': ['Host: evil.example'],
  'a foreign Origin': ['Host: 127.0.0.1', 'Origin: https://evil.example'],
  'the Origin of a sandboxed page': ['Host: 127.0.0.1', 'Origin: null'],
}
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** The first line a port answers to a request with this head; empty when it just hangs up. */
function statusLine(port: number, head: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${['GET / HTTP/1.1', ...head].join('\r\n')}\r\n\r\n`)
    })
    let text = ''
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
      if (text.includes('\r\n')) socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text.split('\r\n')[0] ?? ''))
  })
}

for (const kind of nodeKinds) {
  test(`${kind.name}: becomes ready, says how it is, stops when asked, and starts again`, async () => {
    for (let run = 0; run < 2; run += 1) {
      await using node = await startNode(kind)
      const health = await kind.health(node.entry, AbortSignal.timeout(5_000))
      assert.ok(health.height !== undefined || health.peers !== undefined)
      const began = performance.now()
      const ending = await node.process.stop()
      assert.is(ending.signal, null, `${kind.name} had to be killed`)
      assert.ok(performance.now() - began < 5_000)
    }
  })

  if (kind.mine !== undefined) {
    test(`${kind.name}: makes blocks when asked`, async () => {
      await using node = await startNode(kind)
      const signal = AbortSignal.timeout(10_000)
      const { height = 0 } = await kind.health(node.entry, signal)
      await kind.mine?.(node.entry, 2, signal)
      await until('two more blocks', async () => {
        return (await kind.health(node.entry, signal)).height === height + 2
      })
    })
  }

  test(`${kind.name}: listens on loopback only, and refuses foreign pages on every port`, async () => {
    await using node = await startNode(kind)
    const sockets = listeningSockets(node.process.pid)
    assert.ok(sockets.length > 0)
    const open = sockets.filter(({ address }) => !address.startsWith('127.'))
    assert.equal(open, [])
    const ports = sockets.filter(({ protocol, pid }) => {
      // The engine behind the door is nobody's address: its port is random and its own concern.
      return protocol === 'tcp' && pid === node.process.pid
    })
    for (const { port } of ports) {
      for (const [what, head] of Object.entries(HEADS)) {
        for (const upgrade of [[], UPGRADE]) {
          const line = await statusLine(port, [...head, ...upgrade])
          assert.match(line, /^(HTTP\/1\.1 403 .*)?$/, `${what} on port ${port}: ${line}`)
        }
      }
    }
  })
}

test.run()
