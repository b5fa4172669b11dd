import { render } from 'ink-testing-library'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { App } from '../../src/dashboard/App.tsx'
import { fit, lookOf, rule } from '../../src/dashboard/look.ts'
import type { DashboardEvent } from '../../src/dashboard/state.ts'
import { DashboardStore } from '../../src/dashboard/store.ts'
import { type Effect, keyHelp } from '../../src/dashboard/view.ts'
import { until } from '../support/fails.ts'

const test = suite('dashboard picture')

const nodes = ['mainchain', 'esc', 'eid', 'carrier-1', 'carrier-2', 'carrier-3']
const events: readonly DashboardEvent[] = [
  { event: 'devnet-starting', folder: '/tmp/shop', nodes },
  ...nodes.map((node, index) => ({
    event: 'node-ready' as const,
    node,
    pid: index,
    entry: { rpc: `http://127.0.0.1:${20336 + index}` },
    tookMs: 100,
  })),
  { event: 'devnet-ready', tookMs: 1_234 },
  {
    event: 'dapp-ready',
    name: 'shop',
    url: 'http://127.0.0.1:3000',
    pid: undefined,
    level: 'A',
    tookMs: 84,
  },
  { event: 'block', node: 'esc', height: 42, hash: 'f'.repeat(64), transactions: 1, time: 0 },
  { event: 'log', node: 'esc', line: '你好 world '.repeat(30), at: 0 },
]

const accounts = [
  {
    name: 'alice',
    ela: 'ERmHeitrDpZn2pbzFwDr5yeiyvidsUtC3v',
    evm: `0x${'ab'.repeat(20)}`,
    did: 'did:elastos:idRqjp44wHFRoN78XZZinpkdz1WYfJeAob',
  },
]

function open(columns: number, rows: number) {
  const store = new DashboardStore(() => 1_000)
  for (const event of events) store.show(event)
  const effects: Effect[] = []
  const look = { unicode: true, color: true }
  const app = (
    <App
      {...{ store, title: 'shop', accounts, columns, rows, look }}
      onEffect={(one) => effects.push(one)}
    />
  )
  const { lastFrame, stdin, unmount } = render(app)
  return {
    effects,
    stdin,
    show: (event: DashboardEvent) => store.show(event),
    frame: () => lastFrame() ?? '',
    [Symbol.dispose]: () => {
      unmount()
      store.close()
    },
  }
}

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test(`fills ${columns}×${rows} less the last line, with all there is to see`, () => {
    using picture = open(columns, rows)
    const lines = picture.frame().split('\n')
    assert.is(lines.length, rows - 1)
    for (const node of nodes) assert.ok(picture.frame().includes(node), node)
    for (const seen of ['ready in 1.2 s', 'http://127.0.0.1:3000', 'level A', 'block 42', '你好']) {
      assert.ok(picture.frame().includes(seen), `${seen} at ${columns}×${rows}`)
    }
    assert.match(lines.at(-1) ?? '', 'q quit')
  })
}

test('says so when the terminal is too small', () => {
  using picture = open(30, 8)
  assert.match(picture.frame(), 'Enlarge')
})

test('keeps the selected row and whole lines where the table has too little room', async () => {
  using picture = open(50, 12)
  const rows = () =>
    picture
      .frame()
      .split('\n')
      .flatMap((line) => /^(?:▸| ) (\S+) +● /.exec(line)?.[1] ?? [])
  assert.match(picture.frame().split('\n')[1] ?? '', 'NODE')
  assert.equal(rows(), nodes.slice(0, 4))
  for (let presses = 0; presses < 6; presses += 1) picture.stdin.write('j')
  await until('the last row', () => picture.frame().includes('▸ dapp'))
  assert.equal(rows(), [...nodes.slice(3), 'dapp'])
})

test('shows of a node that is down what still holds, and how often it came again', async () => {
  using picture = open(80, 24)
  const row = () =>
    picture
      .frame()
      .split('\n')
      .find((line) => line.includes(' esc ')) ?? ''
  const health = { height: 42, peers: 3 }
  picture.show({ event: 'node-health', node: 'esc', health, latencyMs: 35, memoryBytes: 2 ** 26 })
  await until('the health', () => /42 +3 +35 ms +64 MB/.test(row()))
  const restart = { inMs: 1_000, attempt: 2 }
  picture.show({ event: 'node-restarting', node: 'esc', how: 'signal SIGKILL', ...restart })
  await until('the restart', () => /↻ restarting +42 +signal SIGKILL/.test(row()))
  const entry = { rpc: 'http://127.0.0.1:20337' }
  picture.show({ event: 'node-ready', node: 'esc', pid: 7, entry, tookMs: 1 })
  await until('the node again', () => row().includes('● ready ↻2'))
  assert.match(row(), 'http://127.0.0.1:20337')
})

test('shows every key of the help on the smallest usual terminal', async () => {
  using picture = open(80, 24)
  picture.stdin.write('?')
  await until('help', () => picture.frame().includes('ela node stop'))
  for (const [key] of keyHelp) assert.ok(picture.frame().includes(key), key)
  assert.not.ok(picture.frame().includes('…'))
})

test('says why the log shows nothing', async () => {
  using picture = open(80, 24)
  picture.stdin.write('f')
  await until('the filter', () => picture.frame().includes('no line of mainchain yet'))
  picture.stdin.write('f/nowhere\r')
  await until('the search', () => picture.frame().includes('no line has `nowhere`'))
})

test('shows help with the command of every key, and goes back', async () => {
  using picture = open(120, 40)
  picture.stdin.write('?')
  await until('help', () => picture.frame().includes('ela node restart <node>'))
  picture.stdin.write('?')
  await until('log again', () => picture.frame().includes('── Log'))
})

test('shows accounts without cutting an address', async () => {
  for (const columns of [80, 120, 200]) {
    using picture = open(columns, 40)
    picture.stdin.write('a')
    await until('accounts', () => picture.frame().includes(accounts[0]?.evm ?? ''))
    assert.ok(picture.frame().includes(accounts[0]?.ela ?? ''))
  }
})

test('shows what the wallet is asked, to whom the answer goes, and its warnings', async () => {
  using picture = open(100, 30)
  picture.show({
    event: 'intent-waiting',
    intent: {
      id: '1',
      action: 'pay',
      does: 'pay 5 ELA to EdQQ',
      account: 'alice',
      app: 'Song shop',
      answersTo: 'http://127.0.0.1:8600/paid',
      warnings: ['the app is not published'],
    },
  })
  await until('the question', () => picture.frame().includes('y approve'))
  for (const seen of [
    'Song shop asks alice to',
    'pay 5 ELA',
    '/paid',
    'not published',
    '1 for the wallet',
  ]) {
    assert.ok(picture.frame().includes(seen), seen)
  }
  picture.stdin.write('y')
  await until('the decision', () => picture.effects.length === 1)
})

test('shows who the DApp is, what it was granted and uses, and why it was ended', async () => {
  using picture = open(120, 40)
  const app = 'did:elastos:iirm4qLp13EhfJRoLUB1mE4Km8abRmDh1N'
  picture.show({
    event: 'dapp-admitted',
    ...{ instance: 'i', name: 'shop', version: '1.2.0', app, publisher: app },
    ...{ bundleId: 'sha256:1', signature: 'signed', signers: [`${app}#primary`], warnings: [] },
  })
  picture.show({ event: 'dapp-granted', granted: ['storage'], denied: ['net', 'wallet'] })
  const usage = { event: 'dapp-usage', memoryBytes: 50e6, calls: 9, callsDenied: 4 } as const
  picture.show({ ...usage, cpuMs: 10 })
  await until('the facts', () => picture.frame().includes('1 granted, 2 denied'))
  assert.match(picture.frame(), 'signed')
  picture.stdin.write('d')
  await until('the pane', () => picture.frame().includes('publisher'))
  for (const seen of [`signed by ${app}#primary`, '2  net, wallet', '48 MB', '9, 4 refused']) {
    assert.ok(picture.frame().includes(seen), seen)
  }
  const evicted = { event: 'dapp-evicted', instance: 'i', name: 'shop', isDenied: true } as const
  picture.show({ ...evicted, reason: 'revoked', why: 'the release was revoked.' })
  await until('the reason', () => picture.frame().includes('the release was revoked.'))
})

test('asks what a DApp wants, with the reason of its author', async () => {
  using picture = open(100, 30)
  const ask = {
    capability: 'storage',
    summary: 'keep data of its own',
    lines: [{ text: 'keep up to 4 KiB', isNew: true }],
    reason: 'counts visits',
  }
  picture.show({ event: 'dapp-asks', id: '1', name: 'shop', app: 'did:elastos:iX', ask })
  await until('the question', () => picture.frame().includes('for this release'))
  for (const seen of ['shop (did:elastos:iX)', 'keep up to 4 KiB', 'counts visits', '1 to grant']) {
    assert.ok(picture.frame().includes(seen), seen)
  }
  picture.stdin.write('n')
  await until('the answer', () => picture.effects.length === 1)
  assert.equal(picture.effects[0], { intent: 'grant', id: '1', answer: 'never' })
})

test('turns keys into effects', async () => {
  using picture = open(80, 24)
  picture.stdin.write('m')
  picture.stdin.write('q')
  picture.stdin.write('\u0003')
  await until('three effects', () => picture.effects.length === 3)
  assert.equal(
    picture.effects.map(({ intent }) => intent),
    ['mine', 'stop', 'interrupt'],
  )
})

test('cuts and pads to the column, wide characters counted twice', () => {
  assert.is(fit('abc', 5), 'abc  ')
  assert.is(fit('abc', 5, 'right'), '  abc')
  assert.is(fit('abcdef', 4), 'abc…')
  assert.is(fit('你好', 5), '你好 ')
  assert.is(rule('Log', 12, { unicode: false, color: false }), '-- Log -----')
})

test('falls back to ASCII where the locale is not UTF-8', () => {
  assert.is(lookOf({ LANG: 'C' }).unicode, process.platform === 'darwin')
  assert.is(lookOf({ LANG: 'de_DE.UTF-8' }).unicode, true)
  assert.is(lookOf({ LANG: 'de_DE.UTF-8', TERM: 'linux' }).unicode, false)
})

test.run()
