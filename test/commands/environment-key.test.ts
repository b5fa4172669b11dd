import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withoutSecrets } from '../../src/commands/environment-key.ts'
import { packFiles, vectorFiles } from '../support/bundle.ts'
import { ela, elaBuilt } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('the key that the environment hands over')
const PASSWORD = 'correct horse battery'

test('signs, is asked for nothing, and goes on to no program', async () => {
  using folder = temporaryFolder()
  const env = { HOME: folder.join('home') }
  const at = { cwd: folder.path, env }
  const made = await ela('keys new ci --password-stdin --json', { ...at, stdin: `${PASSWORD}\n` })
  const { did } = JSON.parse(made.stdout).data
  const text = readFileSync(folder.join('home/.ela/keys/ci.json'), 'utf8').trim()
  const { file } = await packFiles(folder, vectorFiles, { sign: async () => [] })
  const handed = { ELA_KEYSTORE_JSON: text, ELA_KEYSTORE_PASSWORD: PASSWORD }
  const elsewhere = { HOME: folder.join('none'), ...handed }
  const signed = await ela(`sign ${file} --json`, { cwd: folder.path, env: elsewhere })
  assert.is(JSON.parse(signed.stdout).data.signatures[0].kid, `${did}#primary`)
  const codeOf = async (more: Readonly<Record<string, string>>) => {
    const { code, stdout } = await ela(`sign ${file} --json`, {
      cwd: folder.path,
      env: { ...elsewhere, ...more },
    })
    return [code, JSON.parse(stdout).error.code]
  }
  assert.equal(await codeOf({ ELA_KEYSTORE_PASSWORD: 'wrong one' }), [7, 'keys/wrongPassword'])
  assert.equal(await codeOf({ ELA_KEYSTORE_PASSWORD: '' }), [3, 'input/passwordNeeded'])
  assert.equal(await codeOf({ ELA_KEYSTORE_JSON: '{' }), [4, 'keys/damaged'])
  assert.equal(withoutSecrets({ ...handed, A: '1' }), { A: '1' })
  const seen = folder.join('seen')
  const signer = `exec:printf '%s' "[$ELA_KEYSTORE_JSON$ELA_KEYSTORE_PASSWORD]" > '${seen}'`
  const line = ['sign', file, '--signer', signer, '--json']
  await elaBuilt(line, { cwd: folder.path, env: { ...elsewhere, HOME: folder.path } })
  assert.is(readFileSync(seen, 'utf8'), '[]')
})

test.run()
