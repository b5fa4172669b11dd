/** The workflow that templates bring, step by step: from a tag to a release that others install. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startDevnet } from '../../src/devnet/devnet.ts'
import { entriesOf, rpcOf } from '../../src/devnet/session.ts'
import { findTemplate } from '../../src/scaffold/templates.ts'
import { writeFiles } from '../support/bundle.ts'
import { elaBuilt, root } from '../support/ela.ts'
import type { TemporaryFolder } from '../support/folder.ts'
import { projectFrom, type TestProject } from '../support/templates.ts'
import { readWorkflow, runWorkflow, type WorkflowWorld } from '../support/workflow.ts'

const test = suite('the workflow of templates')
const FILE = '.github/workflows/ela.yml'
const PASSWORD = 'correct horse battery'

/** A package `ela` whose program is that of this repository, locked as a project locks one. */
function installEla(project: TestProject, folder: TemporaryFolder): void {
  const own = folder.join('package')
  writeFiles(own, {
    'package.json': '{"name":"ela","version":"0.1.0","type":"module","bin":{"ela":"ela.js"}}',
    'ela.js': `#!/usr/bin/env node\nimport ${JSON.stringify(pathToFileURL(path.join(root, 'bin/ela.js')).href)}\n`,
  })
  chmodSync(path.join(own, 'ela.js'), 0o755)
  mkdirSync(project.join('vendor'))
  const npm = (cwd: string, ...words: string[]) =>
    execFileSync('npm', [...words, '--offline', '--ignore-scripts', '--silent', '--no-audit'], {
      cwd,
      env: { ...process.env, npm_config_cache: folder.join('npm') },
    })
  npm(own, 'pack', '--pack-destination', project.join('vendor'))
  npm(project.path, 'install', '--save-dev', '--save-exact', './vendor/ela-0.1.0.tgz')
}

/** Actions that are not ours: what they would leave behind. */
function actionsFor(project: TestProject, folder: TemporaryFolder): WorkflowWorld['actions'] {
  const artifact = (inputs: Readonly<Record<string, string>>) =>
    folder.join('artifacts', inputs['name'] ?? '')
  return {
    'actions/checkout': (_, workspace) =>
      cpSync(project.path, workspace, {
        recursive: true,
        filter: (from) => !['node_modules', '.ela'].includes(path.basename(from)),
      }),
    'actions/setup-node': (inputs) => assert.equal(inputs, { 'node-version': '20', cache: 'npm' }),
    'actions/attest-build-provenance': (inputs, workspace) => {
      assert.is(inputs['subject-path'], 'out/*.dapp.tgz')
      const found = readdirSync(path.join(workspace, 'out')).filter((name) =>
        /\.dapp\.tgz$/.test(name),
      )
      assert.is(found.length, 1)
    },
    'actions/upload-artifact': (inputs, workspace) =>
      cpSync(path.join(workspace, inputs['path'] ?? ''), artifact(inputs), { recursive: true }),
    'actions/download-artifact': (inputs, workspace) =>
      cpSync(artifact(inputs), path.join(workspace, inputs['path'] ?? ''), { recursive: true }),
  }
}

test('builds, signs, attests and publishes what is tagged, with a key that can do no more', async () => {
  using project = projectFrom(findTemplate('web'))
  const { folder } = project
  const stop = new AbortController()
  const devnet = await startDevnet(
    {
      ...{ folder: folder.join('net'), only: ['esc', 'eid'], profile: 'testnet' },
      ...{ mining: { mode: 'auto' }, ports: { from: 'anywhere' }, strictPorts: false },
      ...{ reset: false, nodeOptions: {}, signal: stop.signal },
    },
    () => undefined,
  )
  try {
    const owner = async (words: string, more: Readonly<Record<string, string>> = {}) => {
      const env = { HOME: folder.join('owner'), ELA_SESSION: sessionFile, ...more }
      const { code, stdout } = await elaBuilt(`${words} --json`, { cwd: project.path, env })
      assert.is(code, 0, `${words}\n${stdout}`)
      return JSON.parse(stdout).data
    }
    const sessionFile = devnet.guestEnvironment['ELA_SESSION'] ?? ''
    writeFileSync(folder.join('password'), `${PASSWORD}\n`)
    const ci = await owner(`keys new ci --password-file ${folder.join('password')}`)
    const { did } = await owner('did new song-shop')
    await owner('did publish song-shop')
    const unlocked = { ELA_PASSWORD_FILE: folder.join('password') }
    await owner('did import runner --key ci', unlocked)
    await owner('did key add song-shop ci --of runner', unlocked)
    await owner(`faucet ${ci.evm} 5 --on esc`)
    await owner(`pack --as song-shop --out ${folder.join('mine')}`)
    await owner(`publish ${folder.join('mine/song-shop-0.1.0.dapp.tgz')}`)
    await owner(`release delegate ${did} ${ci.evm} --for 30d`)

    const release = `app: '${did}', version: '0.2.0', seq: 2`
    project.edit('ela.config.ts', '  bundle: {', `  bundle: {\n    ${release},`)
    installEla(project, folder)
    const keystore = readFileSync(folder.join('owner/.ela/keys/ci.json'), 'utf8')
    const { session } = devnet
    const steps = await runWorkflow(readWorkflow(project.join(FILE)), {
      ref: 'refs/tags/v0.2.0',
      secrets: { ELA_KEYSTORE: keystore.trim(), ELA_PW: PASSWORD },
      vars: {
        ...{ ELA_KID: `${did}#ci`, ELA_ESC: rpcOf(session, 'esc'), ELA_EID: rpcOf(session, 'eid') },
        ELA_REGISTRY: String(entriesOf(session, 'esc')[0]?.['registry']),
        ELA_STORE: `kubo:${session.store}`,
      },
      env: {
        HOME: folder.join('runner'),
        PATH: process.env['PATH'] ?? '',
        npm_config_cache: folder.join('npm'),
        npm_config_offline: 'true',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'someone/song-shop',
        GITHUB_WORKFLOW_REF: 'someone/song-shop/.github/workflows/ela.yml@refs/tags/v0.2.0',
        GITHUB_RUN_ID: '1',
        GITHUB_SHA: '0123456789012345678901234567890123456789',
      },
      workspace: (job) => folder.join('jobs', job, 'work'),
      actions: actionsFor(project, folder),
    })
    assert.equal(
      steps.map(({ job, what }) => `${job} ${/ela (\w+)/.exec(what)?.[1] ?? what.split('@')[0]}`),
      [
        ...['actions/checkout', 'actions/setup-node', 'npm ci --ignore-scripts', 'ci', 'pack'],
        ...['actions/attest-build-provenance', 'actions/upload-artifact'],
      ]
        .map((what) => `build ${what}`)
        .concat(
          [
            ...['actions/checkout', 'actions/setup-node', 'npm ci --ignore-scripts'],
            ...['actions/download-artifact', 'sign', 'attest', 'verify', 'publish'],
            'actions/upload-artifact',
          ].map((what) => `publish ${what}`),
        ),
    )
    for (const { output, what } of steps) {
      assert.not(output.includes(PASSWORD) || output.includes('"ciphertext"'), what)
    }
    const report = JSON.parse(readFileSync(folder.join('jobs/build/work/report.json'), 'utf8'))
    assert.ok(report.data.passed)
    const published = JSON.parse(
      readFileSync(folder.join('jobs/publish/work/publish.json'), 'utf8'),
    )
    assert.is(published.data.bundleId, report.data.bundleId)
    const installed = await owner(`install ${did}@beta`, { HOME: folder.join('stranger') })
    assert.equal([installed.version, installed.bundleId], ['0.2.0', report.data.bundleId])
    // What it may not: the channel of everybody stays with the owner's release.
    const latest = await owner(`install ${did}`, { HOME: folder.join('another') })
    assert.is(latest.version, '0.1.0')
    assert.equal(readdirSync(folder.join('artifacts/release')).sort(), [
      'song-shop-0.2.0.cdx.json',
      'song-shop-0.2.0.dapp.tgz',
      'song-shop-0.2.0.provenance.json',
    ])
  } finally {
    stop.abort()
    await devnet.stop()
  }
})

test.run()
