import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type DashboardEvent,
  initialState,
  MAX_ACTIVITY,
  MAX_LOGS,
  reduce,
  type State,
} from '../../src/dashboard/state.ts'

const test = suite('dashboard state')

function after(...events: readonly DashboardEvent[]): State {
  return events.reduce((state, event) => reduce(state, event, 1_000), initialState)
}

const starting: DashboardEvent = {
  event: 'devnet-starting',
  folder: '/tmp/shop',
  nodes: ['mainchain', 'esc'],
}

function log(line: string, node = 'esc'): DashboardEvent {
  return { event: 'log', node, line, at: 5 }
}

test('follows a node from waiting to ready to restarting to failed', () => {
  const entry = { rpc: 'http://127.0.0.1:20636' }
  const ready: DashboardEvent = { event: 'node-ready', node: 'esc', pid: 7, entry, tookMs: 90 }
  const again: DashboardEvent = {
    event: 'node-restarting',
    node: 'esc',
    how: 'SIGKILL',
    inMs: 1_000,
    attempt: 1,
  }
  const status = (...events: DashboardEvent[]) => after(starting, ...events).nodes[1]?.status
  assert.is(status(), 'waiting')
  assert.is(status({ event: 'node-starting', node: 'esc' }), 'starting')
  assert.is(status(ready), 'ready')
  assert.is(after(starting, ready).nodes[1]?.detail, 'http://127.0.0.1:20636')
  assert.is(status(ready, again), 'restarting')
  assert.is(after(starting, ready, again).nodes[1]?.restarts, 1)
  assert.is(status(ready, { event: 'node-failed', node: 'esc', message: 'no binary' }), 'failed')
  assert.is(status(ready, { event: 'node-stopped', node: 'esc', how: 'SIGTERM' }), 'stopped')
})

test('keeps what a health report leaves out', () => {
  const health = (height?: number, peers?: number): DashboardEvent => ({
    event: 'node-health',
    node: 'mainchain',
    health: {
      ...(height === undefined ? {} : { height }),
      ...(peers === undefined ? {} : { peers }),
    },
    latencyMs: 2,
    memoryBytes: undefined,
  })
  const [row] = after(starting, health(5, 1), health(undefined, 2)).nodes
  assert.is(row?.height, 5)
  assert.is(row?.peers, 2)
})

test('takes the height from a block at once', () => {
  const block: DashboardEvent = {
    event: 'block',
    node: 'esc',
    height: 9,
    hash: 'ab',
    transactions: 1,
    time: 0,
  }
  const state = after(starting, block)
  assert.is(state.nodes[1]?.height, 9)
  assert.is(state.activity[0]?.kind, 'block')
})

test('keeps rings short, however much comes in', () => {
  const many = Array.from({ length: MAX_LOGS + 50 }, (_, index) => log(`line ${index}`))
  const { logs, seq } = after(...many)
  assert.is(logs.length, MAX_LOGS)
  assert.is(logs.at(-1)?.line, `line ${MAX_LOGS + 49}`)
  assert.is(seq, MAX_LOGS + 50)
  const transactions = Array.from({ length: MAX_ACTIVITY + 5 }, (_, index) => ({
    event: 'transaction' as const,
    node: 'esc',
    id: `${index}`,
    summary: '',
  }))
  assert.is(after(...transactions).activity.length, MAX_ACTIVITY)
})

test('lets no terminal escape of a child through', () => {
  const [line] = after(log('a\u001b[31mred\u001b[0m\u001b]0;title\u0007\u001b[2J\tb\u0007')).logs
  assert.is(line?.line, 'ared  b')
})

test('keeps what is told of a node on one line', () => {
  const failed: DashboardEvent = {
    event: 'node-failed',
    node: 'esc',
    message: 'gone\nfor good\u001b[2J',
  }
  assert.is(after(starting, failed).nodes[1]?.detail, 'gone  for good')
})

test('follows the DApp through edits', () => {
  const ready: DashboardEvent = {
    event: 'dapp-ready',
    name: 'shop',
    url: 'http://127.0.0.1:3000',
    pid: undefined,
    level: 'A',
    tookMs: 40,
  }
  const changed: DashboardEvent = { event: 'dapp-changed', files: ['app.ts'] }
  const ended: DashboardEvent = { event: 'dapp-ended', how: 'exit code 1', willRestart: false }
  assert.is(after(ready, changed).dapp.status, 'changed')
  assert.is(after(ready, changed, ready).dapp.status, 'ready')
  assert.is(after(ready, ended).dapp.status, 'ended')
})

test('tells the phases of the devnet', () => {
  assert.is(after(starting).phase, 'starting')
  assert.is(after(starting, { event: 'devnet-ready', tookMs: 900 }).readyAfterMs, 900)
  assert.is(after({ event: 'devnet-stopping' }).phase, 'stopping')
  assert.is(after({ event: 'devnet-stopped' }).phase, 'stopped')
})

test.run()
