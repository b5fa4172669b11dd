import { mkdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFolder, upwards } from '../../src/commands/project-folder.ts'
import { ela } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('commands/project-folder')

test('the project is the nearest folder with a config, or else with a devnet', () => {
  using folder = temporaryFolder()
  const deep = folder.join('a', 'b')
  mkdirSync(deep, { recursive: true })
  assert.is(projectFolder(deep), deep)
  mkdirSync(folder.join('a', '.ela'))
  writeFileSync(folder.join('a', '.ela', 'devnet.json'), '')
  assert.is(projectFolder(deep), folder.join('a'))
  writeFileSync(folder.join('ela.config.ts'), '')
  assert.is(projectFolder(deep), folder.path)
  assert.equal(upwards(deep).slice(0, 3), [deep, folder.join('a'), folder.path])
  assert.is(upwards(deep).at(-1), '/')
})

test('commands mean the project also from a folder inside it', async () => {
  using folder = temporaryFolder()
  const deep = folder.join('src', 'deep')
  mkdirSync(deep, { recursive: true })
  mkdirSync(folder.join('test'))
  writeFileSync(folder.join('test', 'a.test.ts'), 'const = 1')
  writeFileSync(folder.join('ela.config.json'), '{ "nme": "shop" }')
  assert.match((await ela('test', { cwd: deep })).stderr, '`test/a.test.ts` does not compile')
  for (const line of ['dev', 'node start', 'exec -- true', 'pack']) {
    const { code, stderr } = await ela(line, { cwd: deep })
    assert.is(code, 2, line)
    assert.match(stderr, 'ela.config.json:1: there is no setting `nme`', line)
  }
})

test.run()
