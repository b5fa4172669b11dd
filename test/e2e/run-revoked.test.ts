/** A release that its owner revokes ends wherever it runs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eid } from '../../src/nodes/eid/kind.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { writeFiles } from '../support/bundle.ts'
import { testDevnet } from '../support/devnet-session.ts'
import { ela } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'

const test = suite('a revoked release')
const BUNDLE = 'shop-1.0.0.dapp.tgz'

/** Somebody with a home and running DApps of their own. */
function person(folder: TemporaryFolder, runs: TemporaryFolder) {
  const at = {
    cwd: folder.path,
    env: { HOME: folder.join('home'), ELA_RUN_FOLDER: runs.path },
  }
  const told = async (line: string) => {
    const { code, stdout } = await ela(`${line} --json`, at)
    const { error, data } = JSON.parse(stdout)
    return { code, error: error?.code as string | undefined, data }
  }
  return {
    told,
    done: async (line: string) => {
      const { code, stderr } = await ela(line, at)
      assert.is(code, 0, `${line}\n${stderr}`)
    },
    running: async (file: string, flags = '') => {
      const stop = new AbortController()
      const over = ela(`run ${file}${flags}`, { ...at, signal: stop.signal })
      let ending: string | undefined
      void over.then(({ stderr }) => {
        ending = stderr
      })
      await until(
        'it runs',
        async () => {
          if (ending !== undefined) assert.unreachable(ending)
          const { dapps } = (await told('ps')).data
          return dapps.some((one: { status: string }) => one.status === 'ready')
        },
        60_000,
      )
      return { over, stop: () => stop.abort() }
    },
  }
}

test('ends within one look, on another devnet too, and is denied; a newer one runs', async () => {
  await using devnet = await testDevnet(eid, esc)
  await using other = await testDevnet(eid, esc)
  using runs = temporaryFolder()
  using otherRuns = temporaryFolder()
  const { folder } = devnet
  const { told, done, running } = person(folder, runs)
  writeFiles(folder.path, {
    'main.js': 'export default { fetch: () => new Response("open") }',
    'ela.config.json': '{"name":"shop","kind":"service","entry":"main.js"}',
  })
  await done('did new shop')
  await done('did publish shop')
  await done('pack --as shop --release 1.0.0')
  await done('pack --as shop --release 2.0.0 --seq 2')
  await done(`publish ${BUNDLE} --store local`)
  // The other devnet has neither the DID nor the release; who runs it there follows these chains.
  const stranger = person(other.folder, otherRuns)
  const file = folder.join(BUNDLE)
  assert.is((await stranger.told(`run ${file}`)).error, 'bundle/appUnpublished')
  const registry = devnet.nodes['esc']?.entry['registry']
  const follows = ` --eid ${devnet.rpc('eid')} --esc ${devnet.rpc('esc')} --registry ${registry}`
  const abroad = await stranger.running(file, follows)
  const first = await running(BUNDLE)
  await done('release revoke shop 1 --reason leaks')
  for (const { over } of [first, abroad]) {
    const { code, stderr } = await over
    assert.is(code, 7)
    assert.match(stderr, 'was revoked by its owner')
  }
  assert.is((await told(`run ${BUNDLE}`)).error, 'gate/denied')
  assert.is((await stranger.told(`run ${file}${follows}`)).error, 'gate/denied')
  assert.is((await told(`run ${BUNDLE} --lift-denial`)).error, 'release/revoked')
  const second = await running('shop-2.0.0.dapp.tgz')
  second.stop()
  await second.over
})

test.run()
