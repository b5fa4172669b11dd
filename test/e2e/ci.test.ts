/** `ela ci` on projects that are good, and on projects that are wrong in one way each. */
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CiReport } from '../../src/commands/ci-report.ts'
import { findTemplate } from '../../src/scaffold/templates.ts'
import { app, writeFiles } from '../support/bundle.ts'
import { ela } from '../support/ela.ts'
import { projectFrom, type TestProject } from '../support/templates.ts'

const test = suite('ela ci')

async function ci(project: TestProject, words: readonly string[] = []) {
  const { code, stdout } = await ela(['ci', '--json', '--only', 'esc,eid', ...words], {
    cwd: project.path,
    env: { ...project.env },
  })
  const { ok, schema, data } = JSON.parse(stdout)
  assert.equal([ok, schema], [true, 'ela/ci@1'])
  const report = data as CiReport
  const status = Object.fromEntries(report.steps.map((step) => [step.name, step.status]))
  const codes = report.steps.flatMap(({ error }) => (error === undefined ? [] : [error.code]))
  return { code, report, status, codes }
}

/** Every tag is closed, and the counts of the suite are those of its cases. */
function checkJunit(text: string, { steps }: CiReport): void {
  const open: string[] = []
  for (const [, end, name = '', single] of text.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === '/') assert.is(open.pop(), name)
    else if (single !== '/') open.push(name)
  }
  assert.equal(open, [])
  const count = (tag: string) => text.split(`<${tag} `).length - 1
  const failed = steps.filter(({ status }) => status === 'failed').length
  assert.equal(
    [count('testcase'), count('failure'), count('skipped')],
    [steps.length, failed, steps.filter(({ status }) => status === 'skipped').length],
  )
  assert.match(text, new RegExp(`tests="${steps.length}" failures="${failed}"`))
}

test('passes a new project, and leaves no bundle behind', async () => {
  using project = projectFrom(findTemplate('web'))
  const files = ['--junit', 'out/junit.xml', '--report', 'out/report.json']
  const { code, report, status } = await ci(project, files)
  assert.is(code, 0, JSON.stringify(report.steps))
  assert.equal([report.passed, report.name, report.bundleId], [true, 'song-shop', ''])
  const passed = { lock: 'passed', secrets: 'passed', build: 'skipped', pack: 'passed' }
  const released = { publish: 'passed', install: 'passed', smoke: 'passed' }
  assert.equal(status, { ...passed, reproduce: 'passed', test: 'passed', ...released })
  checkJunit(readFileSync(project.join('out/junit.xml'), 'utf8'), report)
  const { data } = JSON.parse(readFileSync(project.join('out/report.json'), 'utf8'))
  assert.equal(data, report)
  assert.not(existsSync(project.join('song-shop-0.1.0.dapp.tgz')))
})

test('tells all that is wrong in one run, with the exit code of the first', async () => {
  using project = projectFrom(findTemplate('web'))
  const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
  writeFiles(project.path, {
    'package.json':
      '{"name":"song-shop","scripts":{"test":"echo no <&> & exit 3"},"dependencies":{"a":"1.0.0"}}',
    'notes.txt': phrase,
  })
  const { code, report, status, codes } = await ci(project, ['--junit', 'junit.xml'])
  assert.is(code, 1)
  assert.equal(codes, ['ci/lockMissing', 'ci/secretInside', 'ci/scriptFailed'])
  for (const name of ['pack', 'reproduce', 'publish', 'install', 'smoke']) {
    assert.is(status[name], 'skipped', name)
  }
  const junit = readFileSync(project.join('junit.xml'), 'utf8')
  checkJunit(junit, report)
  assert.not.match(junit, 'sausage')
  assert.match(junit, 'no &lt;&amp;&gt;')
})

test('refuses a lock of another package.json, and a build that is another each time', async () => {
  using project = projectFrom(findTemplate('web'))
  const build = `node -e "fs.writeFileSync('public/built.js', String(process.hrtime.bigint()))"`
  const lock = { lockfileVersion: 3, packages: { '': { devDependencies: { a: '1.0.0' } } } }
  const own = { name: 'song-shop', version: '1.0.0', scripts: { build } }
  writeFiles(project.path, {
    'package.json': JSON.stringify({ ...own, devDependencies: { a: '1.0.1' } }),
    'package-lock.json': JSON.stringify(lock),
  })
  project.edit('ela.config.ts', '  bundle: {', `  bundle: {\n    app: '${app}',`)
  const { code, report, codes } = await ci(project)
  assert.equal([code, codes], [1, ['ci/lockOutdated', 'ci/otherBytes']])
  assert.match(report.steps.find(({ name }) => name === 'reproduce')?.detail ?? '', 'built.js')
  assert.match(report.bundleId, /^sha256:[0-9a-f]{64}$/)
})

test.run()
