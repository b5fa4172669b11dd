/** A release that its owner revokes ends wherever it runs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eid } from '../../src/nodes/eid/kind.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { writeFiles } from '../support/bundle.ts'
import { testDevnet } from '../support/devnet-session.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('a revoked release')
const BUNDLE = 'shop-1.0.0.dapp.tgz'

test('ends within one look and is denied, and a newer one runs', async () => {
  await using devnet = await testDevnet(eid, esc)
  using runs = temporaryFolder()
  const { folder } = devnet
  const at = {
    cwd: folder.path,
    env: { HOME: folder.join('home'), ELA_RUN_FOLDER: runs.path },
  }
  const told = async (line: string) => {
    const { code, stdout } = await ela(`${line} --json`, at)
    const { error, data } = JSON.parse(stdout)
    return { code, error: error?.code as string | undefined, data }
  }
  const done = async (line: string) => {
    const { code, stderr } = await ela(line, at)
    assert.is(code, 0, `${line}\n${stderr}`)
  }
  writeFiles(folder.path, {
    'main.js': 'export default { fetch: () => new Response("open") }',
    'ela.config.json': '{"name":"shop","kind":"service","entry":"main.js"}',
  })
  await done('did new shop')
  await done('did publish shop')
  await done('pack --as shop --release 1.0.0')
  await done('pack --as shop --release 2.0.0 --seq 2')
  await done(`publish ${BUNDLE} --store local`)
  const running = async (file: string) => {
    const stop = new AbortController()
    const over = ela(`run ${file}`, { ...at, signal: stop.signal })
    await until(
      'it runs',
      async () =>
        (await told('ps')).data.dapps.some((one: { status: string }) => one.status === 'ready'),
      60_000,
    )
    return { over, stop: () => stop.abort() }
  }
  const first = await running(BUNDLE)
  await done('release revoke shop 1 --reason leaks')
  const { code, stderr } = await first.over
  assert.is(code, 7)
  assert.match(stderr, 'was revoked by its owner')
  assert.is((await told(`run ${BUNDLE}`)).error, 'gate/denied')
  assert.is((await told(`run ${BUNDLE} --lift-denial`)).error, 'release/revoked')
  const second = await running('shop-2.0.0.dapp.tgz')
  second.stop()
  await second.over
})

test.run()
