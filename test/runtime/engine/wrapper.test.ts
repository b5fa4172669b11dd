/** Who may talk to a DApp: its own pages, links that are followed, and programs. */
import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startInstance, type TestInstance } from '../../support/instance.ts'

const test = suite('runtime/engine: wrapper')
let instance: TestInstance
let own: string

test.before(async () => {
  instance = await startInstance({
    modules: { 'main.js': "export default { fetch: () => new Response('hello') }" },
    options: { hosts: ['127.0.0.1', 'song-1234.localhost', 'other.test:99'] },
  })
  own = `song-1234.localhost:${instance.engine.port}`
})

test.after(async () => {
  await instance[Symbol.asyncDispose]()
})

/** Status of a request that is written by hand; `head` is all but the empty line. */
function status(...head: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: instance.engine.port, host: '127.0.0.1' })
    let text = ''
    socket.setEncoding('latin1')
    socket.once('error', reject)
    socket.on('data', (part: string) => {
      text += part
      const [, code] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? []
      if (code === undefined) return
      socket.destroy()
      resolve(Number(code))
    })
    socket.once('close', () => resolve(0))
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
  })
}

test('attack 62: another name for the same address is refused', async () => {
  assert.is(await status('GET / HTTP/1.1', `Host: ${own}`), 200)
  assert.is(await status('GET / HTTP/1.1', `Host: 127.0.0.1:${instance.engine.port}`), 200)
  assert.is(await status('GET / HTTP/1.1', 'Host: other.test:99'), 200)
  const { port } = instance.engine
  for (const host of [
    'evil.com',
    `evil.com:${port}`,
    '127.0.0.1',
    '127.0.0.1:1',
    `${own}.`,
    '',
    `x@${own}`,
  ]) {
    const got = await status('GET / HTTP/1.1', `Host: ${host}`)
    assert.ok(got === 421 || got === 400, `${host} got ${got}`)
  }
  // Without a name, and with one in the target that is not the one in the header.
  assert.ok([400, 421].includes(await status('GET / HTTP/1.1', 'X-Y: z')))
  assert.ok([400, 421].includes(await status('GET http://evil.com/ HTTP/1.1', 'Host: evil.com')))
  // The engine takes the name from the header alone, and so does the DApp.
  assert.is(await status('GET http://evil.com/ HTTP/1.1', `Host: ${own}`), 200)
})

test('attack 63: what a page of another site sends is refused', async () => {
  for (const site of ['cross-site', 'same-site']) {
    const from = (...more: readonly string[]) => [
      `Host: ${own}`,
      `Sec-Fetch-Site: ${site}`,
      ...more,
    ]
    assert.is(
      await status('POST / HTTP/1.1', ...from('Sec-Fetch-Mode: navigate', 'Content-Length: 0')),
      403,
    )
    assert.is(await status('GET / HTTP/1.1', ...from('Sec-Fetch-Mode: no-cors')), 403)
    assert.is(await status('OPTIONS / HTTP/1.1', ...from('Sec-Fetch-Mode: cors')), 403)
    assert.is(await status('GET / HTTP/1.1', ...from('Sec-Fetch-Mode: navigate')), 200)
  }
  // A browser that does not know those headers.
  for (const origin of ['http://evil.com', 'null', `https://${own}`, `http://${own}.evil.com`]) {
    const head = [`Host: ${own}`, `Origin: ${origin}`]
    assert.is(await status('POST / HTTP/1.1', ...head, 'Content-Length: 0'), 403, origin)
    const upgrade = ['Connection: upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
    assert.is(await status('GET / HTTP/1.1', ...head, ...upgrade, key), 403, origin)
  }
})

test('its own pages, and programs, may do all', async () => {
  const own2 = [`Host: ${own}`, 'Content-Length: 0']
  assert.is(await status('POST / HTTP/1.1', ...own2, `Origin: http://${own}`), 200)
  assert.is(await status('POST / HTTP/1.1', ...own2, 'Sec-Fetch-Site: same-origin'), 200)
  assert.is(await status('DELETE / HTTP/1.1', ...own2), 200)
  assert.is(await status('GET / HTTP/1.1', `Host: ${own}`, 'Sec-Fetch-Site: none'), 200)
})

test.run()
