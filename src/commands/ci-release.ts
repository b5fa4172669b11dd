/** The steps of `ela ci` that release to the devnet, and look at it as a stranger does. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { openArchive } from '../bundle/byte-source.ts'
import { entryPaths, type Manifest } from '../bundle/manifest.ts'
import { readHead } from '../bundle/read-bundle.ts'
import { startDapp } from '../runtime/host.ts'
import { type CiBench, type CiStep, runEla } from './ci-bench.ts'
import { CiError } from './ci-errors.ts'
import { NetworkView } from './dev-networks.ts'
import { serviceOptionsOf } from './dev-service-options.ts'

export const releaseSteps: readonly CiStep[] = [
  { name: 'publish', needs: ['pack'], run: publish },
  { name: 'install', needs: ['publish'], run: install },
  { name: 'smoke', needs: ['install'], run: smoke },
]

/** The DID that the devnet knows as the app's; the project's own key is in no CI. */
const APP = 'ci-app'
const START_WITHIN_MS = 30_000
const ANSWER_WITHIN_MS = 10_000

async function publish(bench: CiBench): Promise<string> {
  const { config, temporary, made } = bench
  const at = placeOf('developer', bench)
  await runEla(['did', 'new', APP], bench, at)
  await runEla(['did', 'publish', APP], bench, at)
  const out = path.join(temporary, 'rehearsal')
  const words = ['pack', config.folder, '--app', APP, '--as', APP, '--publisher', APP]
  const packed = await runEla([...words, '--seq', '1', '--out', out], bench, at)
  made.release = String(packed['file'])
  const wanted = ['--expect-bundle', String(packed['bundleId']), '--accept-capabilities']
  await runEla(['publish', made.release, ...wanted], bench, at)
  return `signed and published by ${packed['app']}`
}

/** By somebody with another home, who knows the DID of the app alone. */
async function install(bench: CiBench): Promise<string> {
  const { manifest } = await headOf(bench.made.release)
  const words = ['install', manifest.app, '--accept-capabilities']
  const installed = await runEla(words, bench, placeOf('stranger', bench))
  bench.made.installed = String(installed['folder'])
  return `${installed['name']} ${installed['version']} by its DID`
}

async function smoke(bench: CiBench) {
  const { config, devnet, made } = bench
  const { manifest } = await headOf(made.release)
  if (manifest.kind !== 'web' && manifest.kind !== 'service') {
    return { skipped: `nothing starts a DApp of kind \`${manifest.kind}\` here` }
  }
  const view = new NetworkView()
  view.devnet = devnet
  const { name, kind } = manifest
  const folder = made.installed
  const entry = kind === 'web' ? folder : path.join(folder, entryPaths(manifest)[0] ?? '')
  const settings = { ...config.dapp, name, kind, folder, entry, strictPorts: false }
  const port = config.dapp.port === false ? (false as const) : 0
  const env = { ...devnet.guestEnvironment, ...config.dapp.env }
  let settle = (_how: string): void => undefined
  const ready = new Promise<string>((resolve) => {
    settle = resolve
    setTimeout(() => resolve(`not ready within ${START_WITHIN_MS} ms`), START_WITHIN_MS).unref()
  })
  const networks = () => view.now()
  const service =
    kind === 'service'
      ? serviceOptionsOf(config, {
          ...{ context: bench.context, devnet, desk: undefined, level: undefined },
          ...{ canAsk: false, audit: false, onEvent: () => undefined },
        })
      : undefined
  const options = { ...settings, port, env, watch: [], networks, service }
  const dapp = await startDapp(options, (event) => {
    if (event.event === 'dapp-ready') settle('')
    if (event.event === 'dapp-ended') settle(event.how)
  })
  try {
    const how = await ready
    if (how !== '') throw CiError.notStarted(how)
    if (dapp.url === undefined) return 'it runs, and opens no port'
    return await ask(dapp.url)
  } finally {
    await dapp.stop()
  }
}

async function ask(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
    (error: unknown) => {
      throw CiError.notStarted(String(error))
    },
  )
  await response.arrayBuffer()
  if (response.status >= 500) throw CiError.wrongAnswer(url, response.status)
  return `it answers with status ${response.status}`
}

async function headOf(file: string): Promise<{ readonly manifest: Manifest }> {
  const source = await openArchive(file)
  try {
    return await readHead(source)
  } finally {
    await source.close()
  }
}

/** A folder and a home of one person's own, so that nothing of the user's is touched. */
function placeOf(who: string, { temporary }: CiBench) {
  const home = path.join(temporary, who)
  mkdirSync(home, { recursive: true })
  return {
    cwd: home,
    env: { HOME: home, XDG_DATA_HOME: '', XDG_RUNTIME_DIR: '', ELA_KEYSTORE: '' },
  }
}
