import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lookOf, markOf } from '../../src/dashboard/look.ts'
import { initialState, reduce, type State } from '../../src/dashboard/state.ts'
import {
  followed,
  initialView,
  type Key,
  missedLines,
  press,
  type View,
  visibleLogs,
} from '../../src/dashboard/view.ts'

const test = suite('dashboard keys')

const state: State = [
  { event: 'devnet-starting' as const, folder: '', nodes: ['mainchain', 'esc', 'carrier-1'] },
  ...['mainchain', 'esc'].map((node) => ({
    event: 'node-ready' as const,
    node,
    pid: 1,
    entry: {},
    tookMs: 1,
  })),
  ...['one', 'two', 'three', 'four'].map((line, index) => ({
    event: 'log' as const,
    node: index % 2 === 0 ? 'mainchain' : 'esc',
    line,
    at: index,
  })),
].reduce((now, event) => reduce(now, event, 0), initialState)

const up: Key = { name: 'up' }
const down: Key = { name: 'down' }

function type(view: View, text: string): View {
  return [...text].reduce((now, char) => press(now, { char }, state).view, view)
}

function lines(view: View, rows = 10): readonly string[] {
  return visibleLogs(state, view, rows).map(({ line }) => line)
}

test('moves the selection and stops at the ends', () => {
  const two = press(press(initialView, down, state).view, down, state).view
  assert.is(two.selected, 'carrier-1')
  assert.is(press(two, down, state).view.selected, 'carrier-1')
  assert.is(press(initialView, up, state).view.selected, 'mainchain')
})

test('mines on the selected chain, or on the main chain when the row makes no blocks', () => {
  const onEsc = press(initialView, down, state).view
  assert.equal(press(onEsc, { char: 'm' }, state).effect, {
    intent: 'mine',
    node: 'esc',
    blocks: 1,
  })
  const onCarrier = press(onEsc, down, state).view
  assert.equal(press(onCarrier, { char: 'm' }, state).effect, {
    intent: 'mine',
    node: 'mainchain',
    blocks: 1,
  })
})

test('mines on no chain that is not ready, and says so', () => {
  const before = reduce(state, { event: 'node-starting', node: 'esc' }, 0)
  const { view, effect } = press({ ...initialView, selected: 'esc' }, { char: 'm' }, before)
  assert.is(effect, undefined)
  assert.is(view.said, 'esc is not ready')
})

test('restarts the selected row, the DApp included', () => {
  assert.equal(press(initialView, { char: 'r' }, state).effect, {
    intent: 'restart-node',
    node: 'mainchain',
  })
  const withDapp = reduce(state, { event: 'dapp-starting', name: 'x', kind: 'web' }, 0)
  assert.equal(press({ ...initialView, selected: 'dapp' }, { char: 'r' }, withDapp).effect, {
    intent: 'restart-dapp',
  })
})

test('filters the log by node and by text', () => {
  assert.equal(lines(initialView), ['one', 'two', 'three', 'four'])
  assert.equal(lines(type(initialView, 'f')), ['one', 'three'])
  assert.equal(lines(type(initialView, '/O')), ['one', 'two', 'four'])
})

test('types every key into a search, q and t included, until Enter or Escape', () => {
  const typing = type(initialView, '/qt')
  assert.is(typing.search, 'qt')
  assert.is(press(typing, { name: 'backspace' }, state).view.search, 'q')
  assert.is(press(typing, { name: 'enter' }, state).view.typing, false)
  assert.is(press(typing, { name: 'escape' }, state).view.search, '')
})

test('pauses the log and counts what comes in meanwhile', () => {
  const paused = type(initialView, 'p')
  const later = reduce(state, { event: 'log', node: 'esc', line: 'five', at: 9 }, 0)
  assert.is(missedLines(later, paused), 1)
  assert.is(visibleLogs(later, paused, 10).at(-1)?.line, 'four')
  const resumed = press(paused, { char: 'p' }, later).view
  assert.is(visibleLogs(later, resumed, 10).at(-1)?.line, 'five')
})

test('scrolls no farther than the first line', () => {
  const far = Array.from({ length: 9 }).reduce<View>(
    (view) => press(view, { name: 'pageUp' }, state).view,
    initialView,
  )
  assert.equal(lines(far, 2), ['one', 'two'])
})

test('decides about the intent on the screen, and about none that is not', () => {
  const intent = { id: '4', action: 'pay', does: 'pay 1 ELA', account: 'alice', warnings: [] }
  const waiting = reduce(state, { event: 'intent-waiting', intent }, 0)
  assert.is(press(initialView, { char: 'y' }, waiting).effect, undefined)
  const shown = followed(initialView, waiting)
  assert.is(shown.overlay, 'approvals')
  assert.equal(press(shown, { char: 'y' }, waiting).effect, {
    intent: 'decide',
    id: '4',
    decision: 'approve',
  })
  assert.equal(press(shown, { char: 'n' }, waiting).effect, {
    intent: 'decide',
    id: '4',
    decision: 'deny',
  })
  const answered = { event: 'intent-answered', id: '4', action: 'pay', status: 'done' } as const
  const after = reduce(waiting, answered, 0)
  assert.equal(after.approvals, [])
  assert.is(followed(shown, after).overlay, 'none')
})

test('lets no intent take the screen from somebody who types or reads help', () => {
  const intent = { id: '1', action: 'pay', does: 'pay', account: 'alice', warnings: [] }
  const waiting = reduce(state, { event: 'intent-waiting', intent }, 0)
  assert.is(followed(type(initialView, '/'), waiting).overlay, 'none')
  assert.is(followed(type(initialView, '?'), waiting).overlay, 'help')
})

test('asks to stop, to interrupt and for the plain stream', () => {
  assert.equal(press(initialView, { char: 'q' }, state).effect, { intent: 'stop' })
  assert.equal(press(initialView, { char: 'Q' }, state).effect, { intent: 'stop' })
  assert.equal(press(initialView, { char: 't' }, state).effect, { intent: 'toggle-plain' })
  const typing = type(initialView, '/')
  assert.equal(press(typing, { name: 'interrupt' }, state).effect, { intent: 'interrupt' })
})

test('paints nothing under NO_COLOR', () => {
  assert.equal(markOf('failed', lookOf({ NO_COLOR: '1' })).paint, {})
  assert.equal(markOf('failed', lookOf({})).paint, { color: 'red' })
})

test('asks for a grant by itself, and decides only about what is on the screen', () => {
  const ask = {
    capability: 'net',
    summary: 'reach sites on the internet',
    lines: [
      { text: 'reach https://a.example', isNew: false },
      { text: 'reach https://b.example', isNew: true },
    ],
    reason: 'news',
  }
  const asked = reduce(
    state,
    { event: 'dapp-asks', id: '7', name: 'shop', app: 'did:elastos:iX', ask },
    0,
  )
  const unseen = press(initialView, { char: 'o' }, asked)
  assert.is(unseen.effect, undefined)
  const shown = followed(initialView, asked)
  assert.is(shown.overlay, 'grants')
  for (const [char, answer] of [
    ['o', 'once'],
    ['r', 'release'],
    ['a', 'always'],
    ['n', 'never'],
  ] as const) {
    assert.equal(press(shown, { char }, asked).effect, { intent: 'grant', id: '7', answer })
  }
  const answered = reduce(
    asked,
    { event: 'dapp-answered', id: '7', capability: 'net', answer: 'once' },
    0,
  )
  assert.is(followed(shown, answered).overlay, 'none')
  assert.ok(answered.logs.some(({ line }) => line.includes('+ reach https://b.example')))
})

test.run()
