/** The steps of `ela ci` that release to the devnet, and look at it as a stranger does. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { openArchive } from '../bundle/byte-source.ts'
import type { Manifest } from '../bundle/manifest.ts'
import { readHead } from '../bundle/read-bundle.ts'
import type { OnRuntimeEvent } from '../runtime/events.ts'
import { findLevel } from '../runtime/jail/find-level.ts'
import { LOOK_MS, openDapp } from '../runtime/open-dapp.ts'
import { runRoot } from '../runtime/run-folders.ts'
import { type CiBench, type CiStep, runEla } from './ci-bench.ts'
import { CiError } from './ci-errors.ts'
import { runWorldFor } from './run-dapp.ts'
import { bundledOf, proofWorldOf } from './run-place.ts'

export const releaseSteps: readonly CiStep[] = [
  { name: 'publish', needs: ['pack'], run: publish },
  { name: 'install', needs: ['publish'], run: install },
  { name: 'smoke', needs: ['install'], run: smoke },
]

/** The DID that the devnet knows as the app's; the project's own key is in no CI. */
const APP = 'ci-app'
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

/** Opened by the stranger as `ela run` would: through the gate, with all it asks for granted. */
async function smoke(bench: CiBench) {
  const { devnet, made } = bench
  const { manifest } = await headOf(made.release)
  if (!['web', 'service', 'java'].includes(manifest.kind)) {
    return { skipped: `nothing starts a DApp of kind \`${manifest.kind}\`` }
  }
  const { cwd, env } = placeOf('stranger', bench)
  const around = { ...bench.context.env, ...devnet.guestEnvironment, ...env }
  const context = { ...bench.context, cwd, env: around }
  const { level } = await findLevel()
  let ended: string | undefined
  const onEvent: OnRuntimeEvent = (event) => {
    if (event.event === 'dapp-ended') ended = event.how
    if (event.event === 'dapp-evicted') ended = event.why
  }
  const instance = await openDapp({
    ...{ bundled: await bundledOf(manifest.app, {}, context), level, port: 0, onEvent },
    proofs: proofWorldOf({}, context),
    runRoot: runRoot(around),
    world: runWorldFor(context, onEvent),
    grants: { given: ['all'], ask: undefined },
    lookMs: LOOK_MS.devnet,
    audit: () => undefined,
  })
  try {
    if (instance.url === undefined) throw CiError.notStarted(ended ?? 'it ended at once')
    return await ask(instance.url)
  } finally {
    await instance.stop('it was tried')
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
