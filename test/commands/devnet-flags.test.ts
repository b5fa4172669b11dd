import { mkdirSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addDevnetFlags,
  type DevnetFlags,
  devnetOptionsOf,
  flagWords,
} from '../../src/commands/devnet-flags.ts'
import { loadConfigOrDefault } from '../../src/config/load.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('devnet flags')

async function devnetOptions(folder: string, flags: DevnetFlags) {
  return devnetOptionsOf(flags, await loadConfigOrDefault(folder))
}

function parse(words: readonly string[]): DevnetFlags {
  return addDevnetFlags(new Command().exitOverride())
    .parse([...words], { from: 'user' })
    .opts<DevnetFlags>()
}

test('survive being handed on to another `ela`', () => {
  const all = '--port-base 21000 --strict-ports --mining interval:500 --only esc,eid --reset'
  for (const line of [all, '--mining none', '--mining auto --reset', '']) {
    const flags = parse(line.split(' ').filter(Boolean))
    assert.equal(parse(flagWords(flags)), flags, line)
  }
  assert.is(flagWords(parse(all.split(' '))).join(' '), all)
})

test('win over the config, which wins over the defaults', async () => {
  using folder = temporaryFolder()
  const bare = await devnetOptions(folder.path, parse([]))
  assert.equal(
    [bare.ports, bare.mining, bare.profile],
    [{ from: 'defaults' }, { mode: 'auto' }, 'testnet'],
  )
  mkdirSync(folder.join('public'))
  writeFileSync(
    folder.join('ela.config.json'),
    '{"devnet":{"portBase":22000,"mining":"none","nodes":["esc"],"profile":"local"}}',
  )
  const configured = await devnetOptions(folder.path, parse([]))
  assert.equal(configured.ports, { from: 'base', base: 22_000 })
  assert.equal(
    [configured.mining, configured.only, configured.profile],
    [{ mode: 'none' }, ['esc'], 'local'],
  )
  const flags = parse(['--port-base', '23000', '--mining', 'auto', '--only', 'eid, carrier'])
  const chosen = await devnetOptions(folder.path, flags)
  assert.equal(chosen.ports, { from: 'base', base: 23_000 })
  assert.equal([chosen.mining, chosen.only], [{ mode: 'auto' }, ['eid', 'carrier']])
})

test('are judged when they are read', async () => {
  for (const port of ['80', '70000', '-1', 'x', '1e4', '']) {
    await fails('flags/wrongPort', () => parse([`--port-base=${port}`]))
  }
  await fails('flags/emptyList', () => parse(['--only', ' , ']))
  await fails('config/wrongMining', () => parse(['--mining', 'fast']))
})

test.run()
