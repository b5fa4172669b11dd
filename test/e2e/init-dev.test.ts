/** The main story: a new project, the whole network with it, an edit, and everything gone again. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findTemplate } from '../../src/scaffold/templates.ts'
import { type Background, elaProcess } from '../support/background.ts'
import { ela, root } from '../support/ela.ts'
import { until } from '../support/fails.ts'
import { projectFrom, type TestProject } from '../support/templates.ts'

const test = suite('ela init, ela dev')
const STARTED_WITHIN_MS = 40_000
let nextBase = 24_000 + (process.pid % 40) * 100

interface Told {
  readonly event: string
  readonly [fact: string]: unknown
}

interface DevRun extends AsyncDisposable {
  readonly process: Background
  events(kind?: string): readonly Told[]
  /** Waits for the nth event of a kind. */
  nth(kind: string, count: number): Promise<Told>
  readonly answer: { readonly dapp: string; readonly nodes: Record<string, { pid: number }> }
}

/** `ela dev --json-stream`, up and answering. */
async function dev(project: TestProject, flags = ''): Promise<DevRun> {
  nextBase += 20
  const line = `dev --json-stream --port-base ${nextBase} ${flags}`.trim()
  const running = elaProcess(line, { cwd: project.path })
  const events = (kind?: string): readonly Told[] =>
    running.stdout
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text) as Told)
      .filter(({ event }) => kind === undefined || event === kind)
  const nth = (kind: string, count: number) =>
    until(
      `${count} × ${kind}`,
      () => {
        const last = `${running.stdout.slice(-800)}${running.stderr}`
        if (events('error').length > 0) assert.unreachable(last)
        return events(kind)[count - 1]
      },
      STARTED_WITHIN_MS,
    )
  const answer = (await nth('answer', 1))['data'] as DevRun['answer']
  return {
    process: running,
    events,
    nth,
    answer,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

async function stop(running: DevRun): Promise<void> {
  running.process.kill('SIGTERM')
  assert.is(await running.process.ended, 143)
  for (const pid of pidsOf(running)) assert.not(isThere(pid), `${pid} is left`)
}

function pidsOf({ events }: DevRun): readonly number[] {
  return [...events('node-ready'), ...events('dapp-ready')].flatMap(({ pid }) =>
    typeof pid === 'number' ? [pid] : [],
  )
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The page's own code, asking the networks through the server that serves it. */
async function pageOf({ answer }: DevRun) {
  const file = path.join(root, 'templates/web/public/elastos.js')
  const page = await import(file)
  const ask = (url: string, options?: RequestInit) => fetch(new URL(url, answer.dapp), options)
  return { page, ask, session: await page.readSession(ask) }
}

test('a web DApp sees the four networks, follows an edit, and keeps its chains', async () => {
  using project = projectFrom(findTemplate('web'))
  project.edit('ela.config.ts', "root: 'public',", "root: 'public',\n  dapp: { port: 0 },")
  {
    await using running = await dev(project)
    const { page, ask, session } = await pageOf(running)
    const alice = session.accounts[0]
    assert.is(alice.name, 'alice')
    for (const network of ['mainchain', 'esc', 'eid']) {
      assert.ok((await page.readHeight(ask, network, session.nodes[network])) >= 0, network)
      assert.is(await page.readBalance(ask, network, session.nodes[network], alice), '10000')
    }
    assert.is(await page.readDidState(ask, session.nodes.eid, alice.did), 'not registered')
    assert.is(session.carrier.length, 3)
    assert.not.match(JSON.stringify(session), readSessionFile(project).adminToken)
    assert.is(statSync(project.join('.ela', 'session.json')).mode & 0o777, 0o600)
    await until('peers of every Carrier node', async () => {
      const { carrier } = await page.readSession(ask)
      return carrier.every(({ peers }: { peers?: number }) => (peers ?? 0) >= 1)
    })

    project.edit('public/style.css', '--page: #f6f7f9', '--page: #ffffff')
    assert.match(await (await ask('/style.css')).text(), '--page: #ffffff')
    assert.equal((await running.nth('dapp-changed', 1))['files'], ['public/style.css'])
    assert.is((await running.nth('dapp-ready', 2))['level'], 'page')

    const faucet = await ela('faucet bob 5 --on esc --json', { cwd: project.path })
    assert.is(faucet.code, 0, faucet.stdout)
    const published = await ela('did publish alice --json', { cwd: project.path })
    assert.is(published.code, 0, published.stdout)
    assert.is(await page.readDidState(ask, session.nodes.eid, alice.did), 'registered')
    const second = await ela('dev --no-tui', { cwd: project.path })
    assert.is(second.code, 8)
    await stop(running)
  }
  assert.not(existsSync(project.join('.ela', 'session.json')))
  {
    await using again = await dev(project)
    const { page, ask, session } = await pageOf(again)
    const [alice, bob] = session.accounts
    assert.is(await page.readBalance(ask, 'esc', session.nodes.esc, bob), '10005')
    assert.is(await page.readDidState(ask, session.nodes.eid, alice.did), 'registered')
    await stop(again)
  }
  {
    await using anew = await dev(project, '--reset --only esc')
    const { page, ask, session } = await pageOf(anew)
    assert.equal(Object.keys(session.nodes), ['esc'])
    assert.is(await page.readBalance(ask, 'esc', session.nodes.esc, session.accounts[1]), '10000')
    await stop(anew)
  }
})

test('a service asks the networks, and runs the new code after an edit', async () => {
  using project = projectFrom(findTemplate('service'))
  project.edit('ela.config.ts', 'port: 8700', 'port: 0')
  await using running = await dev(project)
  const ask = async (where: string) =>
    (await fetch(new URL(where, running.answer.dapp))).json() as Promise<{ ok?: unknown }>
  const heights = await ask('/')
  assert.equal(Object.keys(heights), ['mainchain', 'esc', 'eid'])
  for (const height of Object.values(heights)) assert.type(height, 'number')
  project.edit('src/http.ts', '{ ok: true }', "{ ok: 'edited' }")
  await running.nth('dapp-ready', 2)
  // A connection that was kept for later ended with the version before.
  await until(
    'the new code',
    async () => (await ask('/health').catch(() => undefined))?.ok === 'edited',
  )

  const broken = 'console.log("it breaks")\nthrow new Error("broken")\nexport default {}\n'
  writeFileSync(project.join('src', 'main.ts'), broken)
  const told = () => running.events('notice').map(({ hint }) => String(hint))
  await until('why it does not start', () => told().some((hint) => hint.includes('broken')))
  assert.ok(running.events('node-stopped').length === 0)
  await stop(running)
})

test('kill -9 leaves neither nodes nor DApp, whatever the DApp is busy with', async () => {
  using project = projectFrom(findTemplate('service'))
  project.edit('ela.config.ts', 'port: 8700', 'port: 0')
  await using running = await dev(project, '--only esc')
  const pids = pidsOf(running)
  assert.ok(pids.length >= 2 && pids.every(isThere))
  // From now on its event loop does not turn, so it cannot notice that we are gone.
  const main = 'export default { fetch() { console.log("busy"); for (;;) {} } }'
  writeFileSync(project.join('src', 'main.ts'), main)
  const { pid: busy } = await running.nth('dapp-ready', 2)
  void fetch(running.answer.dapp).catch(() => undefined)
  await until('the busy DApp', () =>
    running.events('log').some(({ line }) => String(line).includes('busy')),
  )
  running.process.kill('SIGKILL')
  await until('the end of all', () => ![...pids, Number(busy)].some(isThere), 4_000)
  await using again = await dev(project, '--only esc --no-dapp')
  assert.is(again.answer.dapp, null)
  await stop(again)
})

test('says what is missing before it starts anything', async () => {
  using project = projectFrom(findTemplate('web'))
  const outside = await ela('dev --json', { cwd: project.folder.path })
  assert.equal([outside.code, JSON.parse(outside.stdout).error.code], [2, 'config/notFound'])
  project.edit('ela.config.ts', "mining: 'auto'", "minning: 'auto'")
  const wrong = await ela('dev', { cwd: project.path })
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, 'Did you mean `mining`?')
  assert.not(existsSync(project.join('.ela', 'session.json')))
})

function readSessionFile(project: TestProject): { readonly adminToken: string } {
  return JSON.parse(readFileSync(project.join('.ela', 'session.json'), 'utf8'))
}

test.run()
