/** The picture on a real terminal (tmux): what is on the screen, and that it is restored. */
import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../support/ela.ts'
import { until } from '../support/fails.ts'

const test = suite('dashboard on a terminal')

const present = spawnSync('tmux', ['-V']).status === 0
const program = path.join(root, 'test/fixtures/programs/dashboard-replay.ts')
let opened = 0

function terminal(columns: number, rows: number, flags = '', locale = 'C.UTF-8') {
  opened += 1
  const server = `ela-test-${process.pid}-${opened}`
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', server, ...args], { encoding: 'utf8' })
  const command = `cd ${root}; echo before; env -u CI -u LC_ALL LANG=${locale} ${process.execPath} --import tsx ${program} ${flags}; echo "code $?"; exec cat`
  tmux('-u', '-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, command)
  return {
    screen: () => tmux('capture-pane', '-p'),
    /** The screen with all that has scrolled off it. */
    history: () => tmux('capture-pane', '-p', '-S', '-'),
    press: (...keys: string[]) => tmux('send-keys', ...keys),
    resize: (x: number, y: number) => tmux('resize-window', '-x', `${x}`, '-y', `${y}`),
    /** The pid of the program in the pane: the child of its shell. */
    program: () => {
      const shell = tmux('display-message', '-p', '#{pane_pid}').trim()
      return Number(execFileSync('pgrep', ['-P', shell], { encoding: 'utf8' }).split('\n')[0])
    },
    /** Whether the pane shows the alternate screen and a cursor. */
    state: () => tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim(),
    [Symbol.dispose]: () => {
      tmux('kill-server')
    },
  }
}

async function shows(pane: { screen(): string }, text: string): Promise<void> {
  await until(`"${text}" on the screen`, () => pane.screen().includes(text), 20_000)
}

if (!present) {
  test.skip('needs tmux, which is not installed', () => undefined)
} else {
  test('draws, answers keys, resizes, and restores the terminal after q', async () => {
    using pane = terminal(80, 24)
    await shows(pane, 'ready in 1.1 s')
    await shows(pane, 'level A')
    assert.is(pane.state(), '1 0')
    assert.is(pane.screen().split('carrier-2').length, 2, 'a row is drawn twice')
    pane.press('?')
    await shows(pane, 'ela node restart <node>')
    pane.press('Escape')
    pane.resize(120, 40)
    await until('the wide footer', () => pane.screen().includes('m mine · r restart'))
    assert.is(pane.screen().split('carrier-2').length, 2, 'a row is drawn twice after a resize')
    pane.press('q')
    await shows(pane, 'code 0')
    assert.is(pane.state(), '0 1')
    assert.match(pane.screen(), /before\s+bye\s+code 0/)
  })

  test('shows the plain stream with what was missed, and goes back', async () => {
    using pane = terminal(120, 30)
    await shows(pane, 'ready in 1.1 s')
    pane.press('t')
    await shows(pane, 'plain stream')
    assert.is(pane.state(), '0 1')
    assert.match(pane.history(), 'ela        ready in 1.1 s')
    pane.press('t')
    await until('the picture again', () => pane.state() === '1 0')
    // What the stream has shown is above; only what came since is told.
    pane.press('t')
    await until('the stream again', () => pane.state() === '0 1')
    await until('its second end', () => pane.history().split('plain stream').length === 3)
    assert.is(pane.history().split('ready in 1.1 s').length, 2)
    pane.press('t')
    await until('the picture at last', () => pane.state() === '1 0')
    pane.press('C-c')
    await shows(pane, 'code 0')
    assert.is(pane.state(), '0 1')
  })

  test('draws its own signs in ASCII where the locale is not UTF-8', async () => {
    using pane = terminal(80, 24, '', 'C')
    await shows(pane, 'ready in 1.1 s')
    pane.press('m')
    await shows(pane, '2 transactions')
    // What a DApp prints stays as it is.
    assert.not.match(pane.screen(), /[^\n\x20-\x7e你好]/)
    pane.press('?')
    await shows(pane, '^ v')
    assert.not.match(pane.screen(), /[^\n\x20-\x7e]/)
    pane.press('q')
    await shows(pane, 'code 0')
  })

  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    test(`restores the terminal after ${signal}`, async () => {
      using pane = terminal(80, 24)
      await shows(pane, 'ready in 1.1 s')
      process.kill(pane.program(), signal)
      await shows(pane, 'bye')
      assert.is(pane.state(), '0 1')
    })
  }

  test('restores the terminal and keeps the message when the program throws', async () => {
    using pane = terminal(100, 30, '--crash')
    await shows(pane, 'code 1')
    assert.is(pane.state(), '0 1')
    assert.match(pane.screen(), 'a defect in the middle of the picture')
  })
}

test.run()
