/** A DApp packed, signed and checked against EID, by the commands its developer types. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeFiles } from '../support/bundle.ts'
import { eidProject } from '../support/eid-project.ts'
import { ela } from '../support/ela.ts'

const test = suite('bundles on the chain')
const page = { 'public/index.html': '<!doctype html><title>shop</title>', 'public/app.js': '1\n' }

test('pack, sign, verify, unpack, and refuse what is not the app’s', async () => {
  await using project = await eidProject()
  const { folder, run } = project
  writeFiles(folder.path, {
    ...page,
    'package.json': '{"name":"shop","version":"1.2.3","license":"MIT"}',
    'ela.config.json': JSON.stringify({
      name: 'shop',
      kind: 'web',
      bundle: { capabilities: { net: { hosts: ['https://a.example'] } }, seq: 3 },
    }),
  })
  assert.is((await run('pack')).error, 'bundle/appNeeded')
  const made = await run('did new shop')
  const packed = await run('pack --out out --check')
  assert.is(packed.code, 0)
  assert.is(packed.schema, 'ela/pack@1')
  assert.match(packed.data.bundleId, /^sha256:[0-9a-f]{64}$/)
  assert.is(packed.data.file, folder.join('out/shop-1.2.3.dapp.tgz'))
  assert.equal([packed.data.files, packed.data.app], [2, made.data.did])
  const again = await run('pack --out out --level 1')
  assert.is(again.data.bundleId, packed.data.bundleId)

  const file = 'out/shop-1.2.3.dapp.tgz'
  const inspected = await run(`inspect ${file}`)
  assert.equal(
    inspected.data.files.map(({ path }: { path: string }) => path),
    ['app.js', 'index.html'],
  )
  const { license, seq, capabilities } = inspected.data.manifest
  assert.equal([license, seq, capabilities], ['MIT', 3, { net: { hosts: ['https://a.example'] } }])
  assert.equal([inspected.data.signatures, (await run(`verify ${file}`)).code], [[], 7])

  assert.is((await run(`sign ${file}`)).code, 0)
  const unpublished = await run(`verify ${file}`)
  assert.equal([unpublished.code, unpublished.error], [7, 'bundle/appUnpublished'])
  assert.is((await run('did publish shop')).code, 0)
  const verified = await run(`verify ${file} --to unpacked`)
  assert.is(verified.code, 0)
  const [signature] = verified.data.signatures
  assert.equal([signature.kid, signature.proof], [`${made.data.did}#primary`, 'listed'])
  assert.is(readFileSync(folder.join('unpacked/app.js'), 'utf8'), '1\n')

  await run(`sign ${file} --as bob`)
  const strange = await run(`verify ${file} --to again`)
  assert.equal([strange.code, strange.error], [7, 'bundle/strangeSigner'])
  assert.not.ok(readdirSync(folder.path).includes('again'))

  await run('pack --out out --as shop')
  assert.is((await run(`verify ${file}`)).code, 0)
  assert.is((await run('did deactivate shop')).code, 0)
  const gone = await run(`verify ${file}`)
  assert.equal([gone.code, gone.error], [7, 'bundle/appDeactivated'])
  assert.is((await run(`verify ${file} --offline`)).code, 0)
})

test('offline says what it could not check, and a document stands in for the chain', async () => {
  await using project = await eidProject()
  const { folder, run, at } = project
  writeFiles(folder.path, page)
  writeFiles(folder.path, { 'ela.config.json': '{"name":"shop","kind":"web"}' })
  await run('did new shop')
  await run('pack --as shop')
  const offline = await run('verify shop-0.1.0.dapp.tgz --offline')
  assert.ok(offline.data.unchecked.some((one: string) => one.includes('deactivated')))
  assert.is(offline.data.signatures[0].proof, 'default-key')
  await run('did publish shop')
  const { data } = await run('did show shop')
  writeFileSync(folder.join('shop.json'), JSON.stringify(data.document))
  assert.is((await run('verify shop-0.1.0.dapp.tgz --with shop.json')).code, 0)
  const alone = await ela('verify shop-0.1.0.dapp.tgz --json', {
    ...at,
    env: { ...at.env, ELA_SESSION: folder.join('none.json') },
  })
  assert.is(alone.code, 8)
  const wrong = await run(`verify shop-0.1.0.dapp.tgz --expect sha256:${'0'.repeat(64)}`)
  assert.equal([wrong.code, wrong.error], [7, 'bundle/unexpected'])
})

test.run()
