/** What the workflow of templates trusts, and whom it gives what. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findTemplate, listTemplates } from '../../src/scaffold/templates.ts'
import { root } from '../support/ela.ts'
import { projectFrom } from '../support/templates.ts'
import { readWorkflow } from '../support/workflow.ts'

const test = suite('the workflow of templates')
const FILE = '.github/workflows/ela.yml'

test('every template has it, npm packs it, and it trusts no tag and no secret to the build', () => {
  const texts = listTemplates().map(({ name, folder }) => {
    const packed = path.join('templates', name, '_github/workflows/ela.yml')
    return [packed, readFileSync(path.join(folder, '_github/workflows/ela.yml'), 'utf8')] as const
  })
  assert.is(new Set(texts.map(([, text]) => text)).size, 1)
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(listed.toString()) as [{ files: readonly { path: string }[] }]
  for (const [packed] of texts)
    assert.ok(
      files.some((one) => one.path === packed),
      packed,
    )

  using project = projectFrom(findTemplate('web'))
  const { jobs, permissions } = readWorkflow(project.join(FILE))
  assert.equal(permissions, { contents: 'read' })
  for (const { steps } of Object.values(jobs)) {
    for (const { uses, run, with: inputs } of steps) {
      if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
      if (uses?.startsWith('actions/checkout@')) assert.is(inputs?.['persist-credentials'], false)
      if (run?.startsWith('npm ci')) assert.match(run, '--ignore-scripts')
      if (run?.includes('ela ')) assert.match(run, /^npx --no -- ela \w+/)
      // An expression inside a script is a script that others write.
      assert.not.match(run ?? '', '${{')
    }
  }
  const { build, publish } = jobs
  assert.not.match(JSON.stringify(build), 'secrets.')
  assert.equal([publish?.environment, publish?.needs], ['production', 'build'])
})

test.run()
