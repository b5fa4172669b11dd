/**
 * One life of a developer, told in commands: each command at least once as it succeeds, and each
 * exit code at least once. A new command gets a line here; then write its schema with
 * `node --import tsx test/support/write-answer-schemas.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import { run } from '../../src/cli.ts'
import { startDevnet } from '../../src/devnet/devnet.ts'
import { openGrantBook } from '../../src/runtime/grants/grant-book.ts'
import { grantFileIn } from '../../src/runtime/grants/grant-file.ts'
import { writeFiles } from './bundle.ts'
import { until } from './fails.ts'
import { temporaryFolder } from './folder.ts'
import { type LeafCommand, leafCommands, leafOf } from './leaf-commands.ts'

export interface Told {
  readonly leaf: string
  readonly line: string
  readonly code: number
  readonly schema: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: the scenario names the member it expects.
  readonly data: any
  readonly error: string | undefined
}

interface Asking {
  /** Exit code that is expected; 0 when left out. */
  readonly code?: number
  readonly stdin?: string
  readonly cwd?: string
  /** It answers and runs on: done meanwhile, before it is ended by a signal. */
  // biome-ignore lint/suspicious/noExplicitAny: the scenario names the member it expects.
  readonly meanwhile?: (data: any) => Promise<void>
  /** Without the devnet of the scenario. */
  readonly alone?: boolean
}

const nothing = async (): Promise<void> => undefined

type Ask = (line: string | readonly string[], how?: Asking) => Promise<Told>

const PASSWORD = 'correct horse battery'
const EPK = new URL('../vectors/bundle/epk.json', import.meta.url)

/** Runs it all and gives back what every command answered. */
export async function tellScenario(): Promise<readonly Told[]> {
  using folder = temporaryFolder()
  const leaves = await leafCommands()
  const told: Told[] = []
  const stop = new AbortController()
  mkdirSync(folder.join('shop'))
  const devnet = await startDevnet(
    {
      ...{ folder: folder.join('net'), profile: 'testnet' },
      ...{ mining: { mode: 'auto' }, ports: { from: 'anywhere' }, strictPorts: false },
      ...{ reset: false, nodeOptions: {}, signal: stop.signal },
    },
    () => undefined,
  )
  const env = {
    HOME: folder.join('home'),
    // Of others who run DApps on this machine nothing is told.
    ELA_RUN_FOLDER: folder.join('runs'),
    PATH: process.env['PATH'] ?? '',
    ELA_PASSWORD_FILE: folder.join('password'),
  }
  const ask: Ask = async (line, how = {}) => {
    const session = devnet.guestEnvironment['ELA_SESSION'] ?? ''
    const around = how.alone === true ? env : { ...env, ELA_SESSION: session }
    const answer = await askEla(line, how, { env: around, cwd: folder.join('shop'), leaves })
    told.push(answer)
    return answer
  }
  writeFileSync(folder.join('password'), `${PASSWORD}\n`, { mode: 0o600 })
  try {
    await project(ask, folder.path)
    await coins(ask)
    await identities(ask)
    await keys(ask, folder.path)
    await bundles(ask, folder.path)
    await releases(ask, folder.path)
    await dapps(ask, folder.path)
    await wallets(ask)
    await failures(ask, folder.path)
    await networks(ask, folder.path)
  } finally {
    stop.abort()
    await devnet.stop()
  }
  return told
}

interface Around {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly leaves: readonly LeafCommand[]
}

async function askEla(
  line: string | readonly string[],
  { code: wanted = 0, stdin, cwd, meanwhile }: Asking,
  around: Around,
): Promise<Told> {
  const words = typeof line === 'string' ? line.split(' ') : line
  const ending = new AbortController()
  let stdout = ''
  let stderr = ''
  const running = run(['--json', ...words], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: Object.assign(Readable.from(stdin === undefined ? [] : [stdin]), { isTTY: false }),
    env: around.env,
    cwd: cwd ?? around.cwd,
    signal: ending.signal,
  })
  if (meanwhile !== undefined) {
    await Promise.race([running, until(`${words.join(' ')} answers`, () => stdout !== '')])
    await meanwhile(JSON.parse(stdout).data).finally(() => ending.abort('SIGTERM'))
  }
  const code = await running
  const text = words.join(' ')
  assert.is(code, wanted, `${text}\n${stdout}${stderr}`)
  assert.match(stdout, /^\{.*\}\n$/, `${text} is one document`)
  const { ok, schema, data, error } = JSON.parse(stdout)
  assert.is(ok, error === undefined, text)
  return { leaf: leafOf(words, around.leaves), line: text, code, schema, data, error: error?.code }
}

async function project(ask: Ask, folder: string): Promise<void> {
  await ask('doctor --no-measure')
  await ask('init --list')
  await ask('init made --template web --yes --nested')
  await ask('completion bash')
  await ask('help exit-codes')
  await ask('help env')
  await ask('test', { cwd: `${folder}/shop/made` })
  await ask('ci --only esc,eid', { cwd: `${folder}/shop/made`, alone: true })
  await ask(['exec', '--only', 'mainchain', '--', process.execPath, '-e', '0'], { alone: true })
  await ask('dev made --no-tui --only esc', { meanwhile: nothing, alone: true })
}

async function coins(ask: Ask): Promise<void> {
  await ask('accounts')
  await ask('balance')
  await ask('balance alice')
  await ask('faucet bob 2 --on esc')
  await ask('faucet bob 2 --on mainchain')
  await ask('send alice bob 1 --on esc')
  await ask('send alice bob 1 --on mainchain --memo hello')
}

async function identities(ask: Ask): Promise<void> {
  await ask('did new shop')
  await ask('did publish shop')
  await ask('did publish alice')
  await ask('did publish bob')
  await ask('did use shop')
  await ask('did list')
  await ask('did show shop')
  await ask('did resolve shop --out shop.json')
  await ask('did history shop')
  await ask('did verify shop.json')
  await ask('did update shop --expires 2030-01-01')
  await ask('did key add shop laptop --of bob')
  await ask('did key remove shop laptop')
  await ask('did service add shop hive,HiveVault,https://hive.example')
  await ask('did service remove shop hive')
  await ask('did new choir --custom choir --controllers alice')
  await ask('did publish choir')
  await ask('did transfer choir --to bob')
  const claim = ['--type', 'EmailCredential', '--claim', 'email=a@b.example']
  const issue = ['credential', 'issue', 'email', '--issuer', 'bob', '--to', 'alice', ...claim]
  await ask([...issue, '--out', 'email.json'])
  await ask('credential verify email.json')
  await ask('credential declare email.json')
  await ask('credential list alice')
  const question = ['--nonce', 'n1', '--realm', 'shop']
  const present = ['did', 'present', 'alice', '--credential', 'email.json', ...question]
  await ask([...present, '--out', 'shown.json'])
  await ask('presentation verify shown.json --nonce n1 --realm shop')
  await ask('credential revoke email.json')
  await ask('credential verify email.json', { code: 7 })
  const at = ['--icon', 'https://shop.example/i.png', '--redirect', 'https://shop.example/']
  await ask(['app', 'register', 'shop', ...at])
  await ask('app lint shop')
  await ask('did new gone')
  await ask('did publish gone')
  await ask('did deactivate gone')
}

async function keys(ask: Ask, folder: string): Promise<void> {
  const password = `--password-file ${folder}/password`
  const { data } = await ask(`keys new main ${password}`)
  await ask('keys list')
  await ask('keys show main')
  await ask(`keys export main --to ${folder}/words.txt ${password}`)
  await ask(`did import mine --key main`)
  await ask(`keys remove main --yes`)
  await ask(`keys import main ${folder}/words.txt ${password}`)
  await ask(`keys unlock main --ttl 1m ${password}`)
  await ask('keys lock main')
  assert.match(data.did, 'did:elastos:')
}

async function bundles(ask: Ask, folder: string): Promise<void> {
  const at = `${folder}/shop`
  writeFiles(at, {
    'public/index.html': '<!doctype html><title>shop</title>',
    'package.json': '{"name":"shop","version":"1.0.0"}',
    'ela.config.json': '{"name":"shop","kind":"web","bundle":{"capabilities":{}}}',
    'capsule.key': 'ab'.repeat(32),
  })
  writeFileSync(`${at}/hello.epk`, Buffer.from(JSON.parse(readFileSync(EPK, 'utf8')).v1, 'base64'))
  await ask('pack --check --sbom')
  const file = 'shop-1.0.0.dapp.tgz'
  await ask(`inspect ${file}`)
  await ask(`sign ${file}`)
  await ask(`attest ${file}`)
  await ask(`verify ${file} --provenance --to unpacked`)
  await ask(`verify ${file} --offline`)
  await ask(`export ${file} --capsule b --to capsule --key-file capsule.key`)
  await ask('inspect hello.epk')
  await ask('verify hello.epk')
  await ask('import hello.epk hello')
}

async function releases(ask: Ask, folder: string): Promise<void> {
  const [one, two] = ['shop-1.0.0.dapp.tgz', 'shop-1.1.0.dapp.tgz']
  await ask(`publish ${one} --dry-run`)
  const { data } = await ask(`publish ${one}`)
  await ask(`install ${data.app}`)
  await ask('pack --as shop --release 1.1.0 --seq 2')
  await ask(`publish ${two}`)
  await ask('update')
  await ask(`release list ${data.app}`)
  await ask(`release rollback ${data.app} --to 1`)
  await ask(`release channel ${data.app} beta 2`)
  await ask(`release yank ${data.app} 2 --reason slow`)
  await ask(`release floor ${data.app} 1`)
  await ask(`release delegate ${data.app} bob --for 30d`)
  await ask(`release revoke ${data.app} 2 --reason leaks`)
  await ask(`install ${data.app}@2`, { code: 7 })
  await ask(`release transfer ${data.app} bob`)
  await ask(`release accept ${data.app} --from bob`)
  const { app, bundleId } = data
  const identity = { app, bundleId, publisher: app, name: 'shop', version: '1.0.0', seq: 1 }
  const asked = { net: { hosts: ['https://a.example'] } }
  const grants = grantFileIn(`${folder}/home/.ela/state`)
  const book = openGrantBook(grants, { identity, instance: 'i', asked }, () => 0)
  await book.decide('net', 'always')
  await ask('grants list')
  await ask(`grants revoke ${data.app} net`)
}

async function dapps(ask: Ask, folder: string): Promise<void> {
  const there = { cwd: `${folder}/desk` }
  writeFiles(there.cwd, {
    'main.js': 'export default { fetch: () => new Response("open") }',
    'package.json': '{"name":"desk","version":"1.0.0"}',
    'ela.config.json':
      '{"name":"desk","kind":"service","entry":"main.js","bundle":{"capabilities":{"clock":{}}}}',
  })
  await ask('did new desk')
  await ask('did publish desk')
  await ask('pack --as desk', there)
  await ask('run desk-1.0.0.dapp.tgz', {
    ...there,
    meanwhile: async () => {
      await ask('ps')
      await ask('stop desk')
    },
  })
}

async function wallets(ask: Ask): Promise<void> {
  await ask('did publish judy')
  await ask('wallet serve --port 0 --hive bob', {
    meanwhile: async ({ url }) => {
      await ask('wallet list')
      await ask('wallet approve --all')
      await ask('wallet deny --action pay')
      await ask(`wallet sign-in ${url} --approve`)
    },
  })
  const url = 'https://did.web3essentials.io/credaccess?nonce=n1&realm=https://my.app'
  await ask(['wallet', 'open', url, '--as', 'bob', '--approve'])
}

async function failures(ask: Ask, folder: string): Promise<void> {
  await ask('send alice nobody 1 --on esc', { code: 2 })
  await ask('test', { code: 2, cwd: folder })
  await ask('keys remove main', { code: 3 })
  await ask('pack --out package.json/none', { code: 4 })
  await ask('verify shop-1.0.0.dapp.tgz --rpc http://127.0.0.1:1', { code: 5 })
  writeFiles(`${folder}/secret`, {
    'ela.config.json': '{"name":"shop","kind":"web"}',
    'public/index.html': `PRIVATE_KEY=${'ab'.repeat(32)}`,
  })
  await ask('pack', { code: 6, cwd: `${folder}/secret` })
  await ask('balance alice', { code: 8, alone: true })
  await ask(['exec', '--only', 'mainchain', '--', process.execPath, '-e', 'process.exit(1)'], {
    code: 1,
    alone: true,
  })
}

async function networks(ask: Ask, folder: string): Promise<void> {
  await ask('mine 2 --on mainchain')
  await ask('carrier status')
  await ask('logs mainchain')
  await ask('node status')
  await ask('node restart esc')
  mkdirSync(`${folder}/second`)
  const second = { cwd: `${folder}/second`, alone: true }
  await ask('node start --only mainchain', { ...second, meanwhile: nothing })
  await ask('node start --only mainchain --detach', second)
  await ask('node stop', second)
}
