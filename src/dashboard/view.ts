/** What the user has chosen to see, folded out of key presses. Pure. */
import type { Intent } from '../devnet/events.ts'
import type { GrantAnswer } from '../runtime/events.ts'
import type { Decided } from './approvals.ts'
import type { LogLine, State } from './state.ts'

export interface View {
  /** Name of the selected row: a node or `dapp`. */
  readonly selected: string
  /** Only this row's log lines, or all. */
  readonly filter: string | undefined
  readonly search: string
  /** Whether typed keys go into `search`. */
  readonly typing: boolean
  /** The newest log line shown; `undefined` follows the end. */
  readonly pausedAt: number | undefined
  /** Lines scrolled up from there. */
  readonly scrolled: number
  readonly overlay: 'none' | 'help' | 'accounts' | 'approvals' | 'grants' | 'dapp'
  /** A line of answer to the last key. */
  readonly said: string
}

export const initialView: View = {
  selected: '',
  filter: undefined,
  search: '',
  typing: false,
  pausedAt: undefined,
  scrolled: 0,
  overlay: 'none',
  said: '',
}

/** A key press: a printable character, or a name. */
export type Key =
  | { readonly char: string }
  | {
      readonly name:
        | 'up'
        | 'down'
        | 'pageUp'
        | 'pageDown'
        | 'enter'
        | 'escape'
        | 'backspace'
        | 'interrupt'
    }

/** What the user granted, or did not. */
export interface Granted {
  readonly intent: 'grant'
  readonly id: string
  readonly answer: GrantAnswer
}

export type Effect =
  | Intent
  | Decided
  | Granted
  | { readonly intent: 'toggle-plain' }
  | { readonly intent: 'interrupt' }

export interface Pressed {
  readonly view: View
  readonly effect?: Effect
}

/** Chains that make blocks on demand. */
const MINABLE = ['mainchain', 'esc', 'eid']
const PAGE_LINES = 5

/** The help, and with it the list of all keys. */
export const keyHelp: readonly (readonly [key: string, what: string, command: string])[] = [
  ['↑ ↓', 'select a node or the DApp', ''],
  ['m', 'make a block on the selected chain', 'ela mine --on <chain>'],
  ['r', 'restart the selected node or the DApp', 'ela node restart <node>'],
  ['f', 'log: only the selected node, or all', 'ela logs <node> --follow'],
  ['/', 'log: search', 'ela logs --grep <text>'],
  ['p', 'log: pause, and go on', ''],
  ['PgUp PgDn', 'log: scroll', 'ela logs --since 5m'],
  ['a d', 'accounts; the DApp, its grants', 'ela accounts'],
  ['w g', 'wallet and grants: what waits', 'ela wallet approve <id>'],
  ['t', 'plain stream, and back', 'ela dev --no-tui'],
  ['?', 'this help', 'ela help dev'],
  ['q, Ctrl-C', 'stop; Ctrl-C once more: at once', 'ela node stop'],
]

export function rowNames(state: State): readonly string[] {
  const names = state.nodes.map(({ name }) => name)
  return state.dapp.status === 'none' ? names : [...names, 'dapp']
}

export function press(view: View, key: Key, state: State): Pressed {
  if ('name' in key && key.name === 'interrupt') return { view, effect: { intent: 'interrupt' } }
  if (view.typing) return { view: typed(view, key) }
  return 'char' in key
    ? pressChar({ ...view, said: '' }, key.char, state)
    : pressNamed(view, key.name, state)
}

function typed(view: View, key: Key): View {
  if ('char' in key) return { ...view, search: view.search + key.char }
  switch (key.name) {
    case 'backspace':
      return { ...view, search: view.search.slice(0, -1) }
    case 'escape':
      return { ...view, typing: false, search: '' }
    case 'enter':
      return { ...view, typing: false }
    default:
      return view
  }
}

function pressNamed(
  view: View,
  name: Extract<Key, { name: string }>['name'],
  state: State,
): Pressed {
  switch (name) {
    case 'up':
      return { view: moved(view, state, -1) }
    case 'down':
      return { view: moved(view, state, 1) }
    case 'pageUp':
      return { view: { ...paused(view, state), scrolled: view.scrolled + PAGE_LINES } }
    case 'pageDown': {
      const scrolled = Math.max(0, view.scrolled - PAGE_LINES)
      return { view: { ...view, scrolled } }
    }
    case 'escape':
      return {
        view: {
          ...view,
          overlay: 'none',
          search: '',
          filter: undefined,
          pausedAt: undefined,
          scrolled: 0,
        },
      }
    default:
      return { view }
  }
}

function pressChar(view: View, char: string, state: State): Pressed {
  const answered = granted(view, char, state)
  if (answered !== undefined) return answered
  const selected = selectedName(view, state)
  switch (char.toLowerCase()) {
    case 'j':
      return { view: moved(view, state, 1) }
    case 'k':
      return { view: moved(view, state, -1) }
    case 'm': {
      const node = MINABLE.includes(selected) ? selected : 'mainchain'
      if (!isReady(state, node)) return { view: { ...view, said: `${node} is not ready` } }
      return {
        view: { ...view, said: `ela mine 1 --on ${node}` },
        effect: { intent: 'mine', node, blocks: 1 },
      }
    }
    case 'r':
      return selected === 'dapp'
        ? { view: { ...view, said: 'restarting the DApp' }, effect: { intent: 'restart-dapp' } }
        : {
            view: { ...view, said: `ela node restart ${selected}` },
            effect: { intent: 'restart-node', node: selected },
          }
    case 'f':
      return { view: { ...view, filter: view.filter === selected ? undefined : selected } }
    case '/':
      return { view: { ...view, typing: true, search: '' } }
    case 'p':
    case ' ':
      return {
        view:
          view.pausedAt === undefined
            ? paused(view, state)
            : { ...view, pausedAt: undefined, scrolled: 0 },
      }
    case 'w':
      return { view: toggled(view, 'approvals') }
    case 'y':
      return decided(view, state, 'approve')
    case 'n':
      return decided(view, state, 'deny')
    case 'a':
      return { view: toggled(view, 'accounts') }
    case 'd':
      return { view: toggled(view, 'dapp') }
    case 'g':
      return { view: toggled(view, 'grants') }
    case '?':
    case 'h':
      return { view: toggled(view, 'help') }
    case 't':
      return { view, effect: { intent: 'toggle-plain' } }
    case 'q':
      return { view: { ...view, said: 'stopping' }, effect: { intent: 'stop' } }
    default:
      return { view }
  }
}

function toggled(view: View, overlay: View['overlay']): View {
  return { ...view, overlay: view.overlay === overlay ? 'none' : overlay }
}

const ANSWERS: Readonly<Record<string, GrantAnswer>> = {
  o: 'once',
  r: 'release',
  a: 'always',
  n: 'never',
}

/** Decides about the capability that is on the screen; no key does it unseen. */
function granted(view: View, char: string, { prompts }: State): Pressed | undefined {
  const [first] = prompts
  const answer = ANSWERS[char.toLowerCase()]
  if (view.overlay !== 'grants' || first === undefined || answer === undefined) return undefined
  const said = `${first.ask.capability}: ${answer}`
  return { view: { ...view, said }, effect: { intent: 'grant', id: first.id, answer } }
}

/** Decides about the intent that is on the screen; no key does it unseen. */
function decided(view: View, state: State, decision: Decided['decision']): Pressed {
  const [first] = state.approvals
  if (view.overlay !== 'approvals' || first === undefined) return { view }
  return {
    view: { ...view, said: `ela wallet ${decision} ${first.id}` },
    effect: { intent: 'decide', id: first.id, decision },
  }
}

/** What an event changes on the screen by itself: a question that comes in shows, the last hides. */
export function followed(view: View, { approvals, prompts }: State): View {
  const waiting = approvals.length > 0 ? 'approvals' : prompts.length > 0 ? 'grants' : 'none'
  if (waiting !== 'none' && view.overlay === 'none' && !view.typing) {
    return { ...view, overlay: waiting }
  }
  const isOver =
    (view.overlay === 'approvals' && approvals.length === 0) ||
    (view.overlay === 'grants' && prompts.length === 0)
  return isOver ? { ...view, overlay: waiting } : view
}

function isReady(state: State, node: string): boolean {
  return state.nodes.some(({ name, status }) => name === node && status === 'ready')
}

/** The selected row, which is the first one until the user chooses. */
export function selectedName(view: View, state: State): string {
  const names = rowNames(state)
  return names.includes(view.selected) ? view.selected : (names[0] ?? '')
}

function moved(view: View, state: State, by: number): View {
  const names = rowNames(state)
  const at = names.indexOf(selectedName(view, state)) + by
  return { ...view, selected: names[Math.min(Math.max(at, 0), names.length - 1)] ?? '' }
}

function paused(view: View, state: State): View {
  return view.pausedAt === undefined ? { ...view, pausedAt: state.seq } : view
}

/** The log lines the view admits, oldest first, the last `rows` of them. */
export function visibleLogs(state: State, view: View, rows: number): readonly LogLine[] {
  const wanted = view.search.toLowerCase()
  const admitted = state.logs.filter(
    ({ seq, node, line }) =>
      (view.pausedAt === undefined || seq <= view.pausedAt) &&
      (view.filter === undefined || node === view.filter) &&
      (wanted === '' || line.toLowerCase().includes(wanted)),
  )
  const end = Math.max(Math.min(rows, admitted.length), admitted.length - view.scrolled)
  return admitted.slice(Math.max(0, end - rows), end)
}

/** How many lines came in since the log was paused. */
export function missedLines(state: State, view: View): number {
  const { pausedAt } = view
  return pausedAt === undefined ? 0 : state.logs.filter(({ seq }) => seq > pausedAt).length
}
