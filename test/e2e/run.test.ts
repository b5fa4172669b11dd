/** A service packed, signed, published and run by the commands its people type, until it is ended. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { elaProcess } from '../support/background.ts'
import { writeFiles } from '../support/bundle.ts'
import { type Answer, eidProject } from '../support/eid-project.ts'
import { ela, type Transcript } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('ela run')
const BUNDLE = 'shop-1.0.0.dapp.tgz'
const WITHIN_MS = 60_000

const project = await eidProject()
const runs = temporaryFolder()
const at = { ...project.at, env: { ...project.at.env, ELA_RUN_FOLDER: runs.path } }

test.after(async () => {
  assert.equal(readdirSync(runs.path), [])
  runs[Symbol.dispose]()
  await project[Symbol.asyncDispose]()
})

async function told(line: string): Promise<Answer> {
  const { code, stdout } = await ela(`${line} --json`, at)
  const { schema, error, data } = JSON.parse(stdout)
  return { code, schema, error: error?.code, data }
}

interface Running {
  // biome-ignore lint/suspicious/noExplicitAny: tests name the member they expect.
  readonly status: any
  readonly over: Promise<Transcript>
  stop(): void
}

/** Runs the bundle in this process until it is stopped or ended. */
async function running(words = '--grant all', bundle = BUNDLE): Promise<Running> {
  const known = new Set((await dapps()).map(({ instance }) => instance))
  const ending = new AbortController()
  const over = ela(`run ${bundle} ${words}`, { ...at, signal: ending.signal })
  let isOver = false
  void over.finally(() => {
    isOver = true
  })
  const status = await until(
    'it is ready',
    async () => {
      if (isOver) assert.unreachable(JSON.stringify(await over))
      return (await dapps()).find((one) => !known.has(one.instance) && one.status === 'ready')
    },
    WITHIN_MS,
  )
  return { status, over, stop: () => ending.abort() }
}

async function dapps(): Promise<readonly { instance: string; status: string }[]> {
  return (await told('ps')).data.dapps
}

const isThere = (pid: number) => existsSync(`/proc/${pid}`)
/** Whoever started it buries it a moment after its end. */
const isGone = (pid: number) => until('the engine is gone', () => !isThere(pid))

test('nothing runs that is not packed for the runtime, signed, published and granted', async () => {
  const { folder } = project
  writeFiles(folder.path, {
    'package.json': '{"name":"shop","version":"1.0.0"}',
    'src/main.ts': `export default {
      async fetch(request: Request, env: any): Promise<Response> {
        await env.ELA.storage.put('visits', String(Number(await env.ELA.storage.getText('visits')) + 1))
        return new Response(await env.ELA.storage.getText('visits'))
      },
    }`,
    'ela.config.json': JSON.stringify({
      name: 'shop',
      kind: 'service',
      entry: 'src/main.ts',
      bundle: { capabilities: { storage: { bytes: 4_096, reason: 'counts visits' } } },
    }),
  })
  await told('did new shop')
  const packed = await told('pack')
  assert.is(packed.code, 0)
  assert.is((await told('pack --out again')).data.bundleId, packed.data.bundleId)
  const unsigned = await told(`run ${BUNDLE}`)
  assert.equal([unsigned.code, unsigned.error], [7, 'bundle/notSigned'])
  assert.is((await told(`sign ${BUNDLE}`)).code, 0)
  const unpublished = await told(`run ${BUNDLE}`)
  assert.equal([unpublished.code, unpublished.error], [7, 'bundle/appUnpublished'])
  assert.is((await told('did publish shop')).code, 0)
  const ungranted = await ela(`run ${BUNDLE}`, at)
  assert.is(ungranted.code, 3)
  assert.match(ungranted.stderr, '--grant storage')
  assert.match(ungranted.stderr, 'counts visits')
  assert.is((await told('run .')).error, 'gate/noBundleFolder')
  assert.is((await told('run nobody')).error, 'command/notInstalled')
  assert.is((await told(`run ${BUNDLE} --port 99999`)).code, 2)
  assert.equal(readdirSync(runs.path), [])
})

test('two that are opened are two, share storage and no process, and stop when asked', async () => {
  const one = await running()
  const other = await running()
  assert.is.not(one.status.pid, other.status.pid)
  assert.equal([one.status.granted, one.status.signature], [['storage'], 'signed'])
  assert.is(await (await fetch(one.status.url)).text(), '1')
  assert.is(await (await fetch(other.status.url)).text(), '2')
  assert.is((await told('ps')).data.dapps.length, 2)
  const stopped = await told(`stop ${one.status.instance}`)
  assert.equal([stopped.code, stopped.data.stopped.length], [0, 1])
  assert.is((await one.over).code, 0)
  await isGone(one.status.pid)
  assert.ok(isThere(other.status.pid))
  assert.is((await told('stop nobody')).error, 'command/dappNotRunning')
  assert.is((await told('stop shop')).code, 0)
  assert.is((await other.over).code, 0)
})

test('an installed app runs by its name and its DID, and for a day without the chain, with less', async () => {
  const installed = await told(`install ${BUNDLE} --offline`)
  assert.is(installed.code, 0)
  for (const named of ['shop', installed.data.app]) {
    const { status, over, stop } = await running('--grant all', named)
    assert.is(status.signature, 'signed')
    stop()
    assert.is((await over).code, 0)
  }
  const { status, over, stop } = await running('--grant all --eid http://127.0.0.1:1', 'shop')
  assert.equal([status.signature, status.granted], ['offline', ['storage']])
  stop()
  const { code, stderr } = await over
  assert.is(code, 0)
  assert.match(stderr, 'no chain can be asked')
})

test('a flipped byte ends it, and it does not start again until that is lifted', async () => {
  const { status, over } = await running()
  const file = path.join(runs.path, status.instance, 'files/service.js')
  chmodSync(file, 0o600)
  writeFileSync(file, readFileSync(file, 'utf8').replace('visits', 'visitz'))
  const { code, stderr } = await over
  assert.is(code, 7)
  assert.match(stderr, 'no longer the file that was verified')
  assert.not(isThere(status.pid))
  assert.not(existsSync(path.dirname(file)))
  const denied = await told(`run ${BUNDLE} --grant all`)
  assert.equal([denied.code, denied.error], [7, 'gate/denied'])
  const again = await running('--grant all --lift-denial')
  again.stop()
  assert.is((await again.over).code, 0)
})

test('pages are served as they were signed, and read what was granted', async () => {
  const { folder } = project
  writeFiles(folder.path, {
    'pages/ela.config.json': JSON.stringify({
      name: 'pages',
      kind: 'web',
      bundle: { capabilities: { chain: { eid: ['read'], reason: 'shows heights' } } },
    }),
    'pages/public/index.html': '<!doctype html><title>pages</title>',
    'pages/package.json': '{"name":"pages","version":"1.0.0"}',
  })
  await told('did new pages')
  await told('did publish pages')
  const packed = await told('pack pages --as pages --out .')
  assert.is(packed.code, 0, JSON.stringify(packed))
  const { status, over, stop } = await running('--grant all', 'pages-1.0.0.dapp.tgz')
  assert.equal([status.level, status.pid, status.granted], ['page', undefined, ['chain']])
  const page = await fetch(status.url)
  assert.match(page.headers.get('cache-control') ?? '', 'immutable')
  assert.match(await page.text(), '<title>pages</title>')
  const ask = async (node: string) => {
    const body = JSON.stringify({ id: 1, method: 'eth_blockNumber' })
    const reply = await fetch(`${status.url}__ela/rpc/${node}`, { method: 'POST', body })
    return (await reply.json()) as { result?: string; error?: { message: string } }
  }
  assert.match((await ask('eid')).result ?? '', /^0x/)
  assert.match((await ask('esc')).error?.message ?? '', 'capability/notDeclared')
  stop()
  assert.is((await over).code, 0)
})

test('a revoked grant is refused at the next call', async () => {
  const { status, over, stop } = await running()
  assert.is((await fetch(status.url)).status, 200)
  assert.is((await told('grants revoke shop')).code, 0)
  assert.is((await fetch(status.url)).status, 500)
  stop()
  await over
})

test('attacks 41, 42: killing ela leaves no process, and the next start takes its folder away', async () => {
  const words = `run ${BUNDLE} --grant all --json-stream`
  const killed = elaProcess(words, { cwd: at.cwd, env: at.env })
  const status = await until(
    'it runs',
    () => {
      const lines = killed.stdout.split('\n').slice(0, -1)
      return lines.map((line) => JSON.parse(line)).find((one) => one.event === 'answer')?.data
    },
    WITHIN_MS,
  )
  killed.kill('SIGKILL')
  await killed.ended
  await isGone(status.pid)
  const next = await running()
  assert.equal(readdirSync(runs.path), [next.status.instance])
  next.stop()
  await next.over
  await killed[Symbol.asyncDispose]()
})

test('attack 27: deactivating its DID ends it at the next block, with the reason, for good', async () => {
  const one = await running()
  const other = await running('--grant all --audit')
  assert.is((await told('did deactivate shop')).code, 0)
  for (const { over, status } of [one, other]) {
    const { code, stderr } = await over
    assert.is(code, 7)
    assert.match(stderr, 'was deactivated by its owner')
    await isGone(status.pid)
  }
  assert.match((await other.over).stderr, '"verb":"evict","decision":"deny","reason":"revoked')
  const denied = await told(`run ${BUNDLE} --grant all`)
  assert.equal([denied.code, denied.error], [7, 'gate/denied'])
  const lifted = await told(`run ${BUNDLE} --grant all --lift-denial`)
  assert.equal([lifted.code, lifted.error], [7, 'bundle/appDeactivated'])
})

test.run()
