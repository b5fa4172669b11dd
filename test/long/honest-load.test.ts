/** Half a minute of as much as a client can send: the watchdog, the limits and the budget let it be. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closedLoop } from '../bench/http-load.ts'
import { startInstance } from '../support/instance.ts'

const test = suite('long: honest load')
const FOR_MS = 30_000

test('attack 49: thirty seconds of honest load do not end an instance', async () => {
  const echo = 'export default { async fetch(r) { return new Response(await r.text()) } }'
  await using busy = await startInstance({ modules: { 'main.js': echo } })
  const load = { port: busy.engine.port, line: 'POST /', body: 'x'.repeat(1024) }
  const { perSecond } = await closedLoop(load, { connections: 64, forMs: FOR_MS })
  assert.ok(perSecond > 100, `${perSecond} requests a second`)
  assert.ok(busy.engine.usage() !== undefined)
  assert.ok(await busy.engine.challenge())
})

test.run()
