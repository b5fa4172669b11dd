/** `ela keys` asking on a real terminal (tmux): what is typed is nowhere on the screen. */
import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const PHRASE = 'cloth always junk crash fun exist stumble shift over benefit fun toe'
const PASSWORD = 'zebra-umbrella-quartz'
const test = suite('ela keys on a terminal')
const present = spawnSync('tmux', ['-V']).status === 0
let opened = 0

function terminal(folder: TemporaryFolder, words: string) {
  opened += 1
  const server = `ela-keys-${process.pid}-${opened}`
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-L', server, ...args], { encoding: 'utf8' })
  const ela = `${process.execPath} --import tsx ${path.join(root, 'src/main.ts')} ${words}`
  const env = `env -u CI -u XDG_DATA_HOME -u XDG_RUNTIME_DIR HOME=${folder.path} LANG=C.UTF-8`
  const command = `cd ${root}; ${env} ${ela}; echo "code $?"; exec cat`
  tmux('-u', '-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', command)
  const screens: string[] = []
  return {
    /** All that was on the screen whenever it was looked at. */
    seen: () => screens.join('\n'),
    shows: (text: string) =>
      until(
        `"${text}" on the screen`,
        () => {
          const screen = tmux('capture-pane', '-p', '-S', '-200')
          screens.push(screen)
          return screen.includes(text)
        },
        20_000,
      ),
    type: (text: string) => {
      tmux('send-keys', '-l', text)
      tmux('send-keys', 'Enter')
    },
    press: (key: string) => tmux('send-keys', key),
    [Symbol.dispose]: () => {
      tmux('kill-server')
    },
  }
}

if (!present) {
  test.skip('needs tmux, which is not installed', () => undefined)
} else {
  test('asks for words and twice for a new password, and shows none of them', async () => {
    using folder = temporaryFolder()
    using pane = terminal(folder, 'keys import main')
    await pane.shows('The words')
    pane.type(PHRASE)
    await pane.shows('New password for the key main')
    pane.type(PASSWORD)
    await pane.shows('The same again')
    pane.type(PASSWORD)
    await pane.shows('code 0')
    assert.match(pane.seen(), 'did:elastos:iY4Ghz9tCuWvB5rNwvn4ngWvthZMNzEA7U')
    for (const secret of ['cloth', 'stumble', 'zebra', 'quartz']) {
      assert.not.match(pane.seen(), secret)
    }
    using second = terminal(folder, 'keys export main --reveal')
    await second.shows('Password of the key main')
    second.type(PASSWORD)
    await second.shows('code 0')
    assert.match(second.seen(), PHRASE)
    assert.not.match(second.seen(), 'zebra')
  })

  test('takes two different passwords, Ctrl-C and a no for what they are', async () => {
    using folder = temporaryFolder()
    using pane = terminal(folder, 'keys new main')
    await pane.shows('New password for the key main')
    pane.type(PASSWORD)
    await pane.shows('The same again')
    pane.type('another-one')
    await pane.shows('code 2')
    assert.match(pane.seen(), 'not the same')
    using left = terminal(folder, 'keys new main')
    await left.shows('New password for the key main')
    left.press('C-c')
    await left.shows('code 130')
    using list = terminal(folder, 'keys list')
    await list.shows('code 0')
    assert.match(list.seen(), 'There is no key')
  })
}

test.run()
