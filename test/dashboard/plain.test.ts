import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Printer } from '../../src/base/printer.ts'
import { openDashboard } from '../../src/dashboard/open.ts'
import type { DashboardEvent } from '../../src/dashboard/state.ts'

const test = suite('dashboard without a terminal')

const events: readonly DashboardEvent[] = [
  { event: 'devnet-starting', folder: '/tmp/shop', nodes: ['esc'] },
  { event: 'node-ready', node: 'esc', pid: 7, entry: { rpc: 'http://127.0.0.1:1' }, tookMs: 84 },
  { event: 'block', node: 'esc', height: 1, hash: 'ab'.repeat(32), transactions: 1, time: 0 },
  {
    event: 'dapp-ready',
    name: 'shop',
    url: 'http://127.0.0.1:3000',
    pid: undefined,
    level: 'A',
    tookMs: 1_200,
  },
  { event: 'log', node: 'esc', line: 'hello', at: 0 },
]

async function said(mode: 'text' | 'json-stream') {
  let stdout = ''
  let stderr = ''
  const printer = new Printer({
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    mode,
    color: { stdout: false, stderr: false },
    quiet: false,
  })
  const dashboard = openDashboard({
    printer,
    stdin: process.stdin,
    env: {},
    title: 'shop',
    accounts: [],
    tui: true,
    onIntent: () => undefined,
  })
  for (const event of events) dashboard.show(event)
  await dashboard.close()
  return { stdout, stderr }
}

test('tells the same in plain lines', async () => {
  assert.equal(await said('text'), {
    stdout: '',
    stderr: `ela        starting esc
esc        ready in 84 ms, pid 7 rpc=http://127.0.0.1:1
esc        block 1 abababab…abab, 1 transaction
dapp       shop ready in 1.2 s http://127.0.0.1:3000 (level A)
esc        hello
`,
  })
})

test('prints every event as a JSON line under --json-stream', async () => {
  const { stdout, stderr } = await said('json-stream')
  assert.is(stderr, '')
  assert.equal(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    events.map((event) => JSON.parse(JSON.stringify(event))),
  )
})

test.run()
