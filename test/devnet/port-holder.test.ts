import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { portOf } from '../../src/base/loopback-server.ts'
import { describeHolder } from '../../src/devnet/port-holder.ts'
import { isFree } from '../../src/devnet/ports.ts'

const test = suite('devnet/port-holder')

test('names the process that holds a port, TCP and UDP apart', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const tcp = portOf(server)
  const udp = socket.address().port
  assert.match(describeHolder(tcp, false), `(pid ${process.pid}) in ${process.cwd()}`)
  assert.match(describeHolder(udp, true), `(pid ${process.pid})`)
  assert.not.match(describeHolder(tcp, true), `(pid ${process.pid})`)
  assert.equal(
    [await isFree(tcp, false), await isFree(udp, true), await isFree(tcp, true)],
    [false, false, true],
  )
  server.close()
  socket.close()
})

test('sees a port that is held on every address', async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  assert.is(await isFree(portOf(server), false), false)
  server.close()
})

test.run()
