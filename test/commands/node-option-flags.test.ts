import { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addNodeOptionFlags,
  type NodeOptionFlags,
  nodeOptionsOf,
  nodeOptionWords,
} from '../../src/commands/node-option-flags.ts'

const test = suite('flags for options of nodes')

function parse(words: readonly string[]): NodeOptionFlags {
  return addNodeOptionFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
    .parse([...words], { from: 'user' })
    .opts<NodeOptionFlags>()
}

test('survive being handed on to another `ela`', () => {
  for (const line of [
    '--fork-url http://127.0.0.1:1/esc --sdk-listener 9124 --clock 2022-01-15T00:00:00Z',
    '--sdk-listener --clock 2022-01-15',
    '',
  ]) {
    const flags = parse(line.split(' ').filter(Boolean))
    assert.equal(parse(nodeOptionWords(flags)), flags, line)
    assert.is(nodeOptionWords(flags).join(' '), line)
  }
})

test('win over the config, which keeps what they do not name', () => {
  const configured = {
    esc: { forkUrl: 'http://127.0.0.1:1', forkBlock: 7 },
    eid: { reservedNames: ['elastos'] },
    mainchain: { minerInfo: 'me' },
  }
  assert.equal(nodeOptionsOf({}, configured), configured)
  const flags = parse([
    '--fork-url',
    'http://127.0.0.1:2',
    '--sdk-listener',
    '--clock',
    '2022-01-15',
  ])
  assert.equal(nodeOptionsOf(flags, configured), {
    esc: { forkUrl: 'http://127.0.0.1:2', forkBlock: 7, clock: '2022-01-15' },
    eid: { reservedNames: ['elastos'], sdkListener: true, clock: '2022-01-15' },
    mainchain: { minerInfo: 'me' },
  })
})

test('are refused when they are no port', () => {
  for (const port of ['0', '65536', 'x', '-1']) {
    assert.throws(() => parse([`--sdk-listener=${port}`]), /no port/, port)
  }
})

test.run()
