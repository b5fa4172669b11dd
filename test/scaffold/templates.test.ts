/** Every template: its own test passes, its config is valid, and it runs. */
import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { JsonObject } from '../../src/protocol/did/canonical-json.ts'
import { startDapp } from '../../src/runtime/host.ts'
import { listTemplates } from '../../src/scaffold/templates.ts'
import { type DappEvent, noNetworks, serviceUnderTest } from '../support/dapp.ts'
import { until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { projectFrom, runProgram } from '../support/templates.ts'

const test = suite('templates')

for (const template of listTemplates()) {
  test(`${template.name}: its own tests pass with nothing installed`, async () => {
    using project = projectFrom(template)
    const { code, output } = await runProgram(['npm', 'test'], project)
    assert.is(code, 0, output)
    assert.match(output, /# pass [1-9]/)
    assert.not(existsSync(project.join('node_modules')))
  })

  test(`${template.name}: runs, and its code fails its tests when it is broken`, async () => {
    using project = projectFrom(template)
    const config = await loadConfig(project.path)
    assert.is(config.name, 'song-shop')
    const events: DappEvent[] = []
    const { name, kind, folder, entry, dapp } = config
    using runs = temporaryFolder()
    const service = kind === 'service' ? serviceOf(config, runs) : undefined
    const settings = { name, kind, folder, entry, ...dapp, port: 0, strictPorts: false, service }
    const running = await startDapp({ ...settings, networks: () => noNetworks }, (event) =>
      events.push(event),
    )
    await until(`ready (${JSON.stringify(events)})`, () =>
      events.some(({ event }) => event === 'dapp-ready'),
    )
    const response = await fetch(running.url ?? '')
    assert.is(response.status, 200)
    const text = await response.text()
    if (kind === 'web') assert.match(text, '<title>song-shop</title>')
    else assert.equal(JSON.parse(text), {})
    await running.stop()

    project.edit(kind === 'web' ? 'public/elastos.js' : 'src/chains.ts', '- 1', '- 2')
    assert.is.not((await runProgram(['npm', 'test'], project)).code, 0)
  })
}

function serviceOf({ name, bundle }: Config, runs: TemporaryFolder) {
  const capabilities = (bundle['capabilities'] ?? {}) as JsonObject
  return serviceUnderTest(runs.path, { name, capabilities })
}

test.run()
