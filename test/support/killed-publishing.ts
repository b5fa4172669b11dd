/** `ela publish` as a process of its own, killed at one request, and run again. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { callRpc } from '../../src/base/json-rpc.ts'
import { LocalStore } from '../../src/bundle/content/local-store.ts'
import { publishedReleases } from '../../src/wallet/registry/read.ts'
import { Background } from './background.ts'
import { newApp, packApp, type ReleaseProject } from './release-project.ts'
import { type Stall, stallingProxy } from './stalling-proxy.ts'

export interface World {
  readonly here: ReleaseProject
  readonly esc: string
  readonly store: string
  readonly registry: string
}

export function worldOf(here: ReleaseProject): World {
  const { environment, store = '' } = here.devnet.session
  const { ESC_RPC_URL: esc = '', ELA_REGISTRY: registry = '' } = environment
  return { here, esc, store, registry }
}

/** All that one whole publishing asks for. */
export async function requestsOf(world: World, name: string): Promise<readonly string[]> {
  await using proxy = await stallingProxy({ esc: world.esc, store: world.store })
  const { file } = await preparedApp(world, name)
  await using child = publishing(world, proxy.url, file)
  assert.is(await child.ended, 0, child.stderr)
  return proxy.names
}

/**
 * Kills the publishing of a new app at a request, runs it again, and checks that everything is there
 * once: two transactions altogether, one release, its content, a journal with an end.
 */
export async function killAndGoOn(world: World, name: string, stall: Stall): Promise<void> {
  const { here, esc, registry } = world
  const { file, did, payer } = await preparedApp(world, name)
  const sent = await sentBy(esc, payer)
  {
    await using proxy = await stallingProxy({ esc, store: world.store }, stall)
    await using child = publishing(world, proxy.url, file)
    await Promise.race([
      proxy.stalled,
      child.ended.then(() => assert.unreachable(`ended by itself: ${child.stderr}`)),
    ])
    child.kill('SIGKILL')
    await child.ended
  }
  const again = await here.developer.does(`publish ${file}`)
  assert.ok(['published', 'already'].includes(again.status))
  assert.is((await sentBy(esc, payer)) - sent, 2, 'nothing is sent twice')
  const releases = await publishedReleases({ rpc: esc, address: registry }, did)
  assert.equal(
    releases.map(({ seq, bundle }) => [seq, bundle]),
    [[1, again.bundleId]],
  )
  const content = new LocalStore(path.join(here.developer.cwd, '.ela/state/content'))
  assert.ok(content.pins().includes(again.tree))
  const [deployment = ''] = readdirSync(path.join(here.developer.cwd, '.ela/deployments'))
  const folder = path.join(here.developer.cwd, '.ela/deployments', deployment)
  assert.equal(readdirSync(folder), ['journal.jsonl'])
  const lines = readFileSync(path.join(folder, 'journal.jsonl'), 'utf8').trim().split('\n')
  assert.is(JSON.parse(lines.at(-1) ?? '').step, 'done')
}

async function preparedApp({ here, esc }: World, name: string) {
  const did = await newApp(here.developer, name)
  const { file } = await packApp(here.developer, { name, seq: 1 })
  const { evm: payer = '' } = here.devnet.session.accounts.find((one) => one.name === 'alice') ?? {}
  assert.ok(esc)
  return { did, file, payer }
}

async function sentBy(rpc: string, address: string): Promise<number> {
  return Number(await callRpc(rpc, 'eth_getTransactionCount', [address, 'latest']))
}

/** The built program: it starts sooner, and many are started. */
function publishing({ registry, here }: World, url: (target: string) => string, file: string) {
  const { EID_RPC_URL: eid = '' } = here.devnet.session.environment
  const chains = `--esc ${url('esc')} --registry ${registry} --eid ${eid}`
  const line = `publish ${file} ${chains} --store kubo:${url('store')} --yes --json`
  const { cwd, env } = here.developer
  return new Background('bin/ela.js', line.split(' '), { cwd, env })
}
