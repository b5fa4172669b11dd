/** What holds of every template: its own tests pass, its config is valid, and it runs. */
import { existsSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { languageOf } from '../../src/build/dapp-entry.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { startDapp } from '../../src/runtime/host.ts'
import { listTemplates, type Template } from '../../src/scaffold/templates.ts'
import { type DappEvent, noNetworks, testedRuntime } from './dapp.ts'
import { until } from './fails.ts'
import { temporaryFolder } from './folder.ts'
import { projectFrom, runProgram } from './templates.ts'

/** Compiling other languages takes longer than all else that is waited for. */
const STARTED_WITHIN_MS = 240_000

/** A change of the code that its tests have to notice: file, text, other text. */
const breaks: Readonly<Record<string, readonly [string, string, string]>> = {
  web: ['public/elastos.js', '- 1', '- 2'],
  service: ['src/chains.ts', '- 1', '- 2'],
  cpp: ['src/main.cpp', '+ 1)', '+ 2)'],
  java: ['src/main/java/dapp/Service.java', '+ 1;', '+ 2;'],
}

/** Templates in TypeScript and JavaScript, or those that a compiler has to build first. */
export async function templatesThat(are: 'scripts' | 'compiled'): Promise<readonly Template[]> {
  const found: Template[] = []
  for (const template of listTemplates()) {
    using project = projectFrom(template)
    const { entry } = await loadConfig(project.path)
    if ((languageOf(entry) === 'script') === (are === 'scripts')) found.push(template)
  }
  return found
}

export async function passesItsOwnTests(template: Template): Promise<void> {
  using project = projectFrom(template)
  const { code, output } = await runProgram(['npm', 'test'], project)
  assert.is(code, 0, output)
  assert.match(output, /# pass [1-9]/)
  assert.not(existsSync(project.join('node_modules')))
  const [file = '', from = '', to = ''] = breaks[template.name] ?? []
  project.edit(file, from, to)
  assert.is.not((await runProgram(['npm', 'test'], project)).code, 0, `${file}: ${to}`)
}

/** Starts it, and gives back what it answers. */
export function runs(template: Template): Promise<string> {
  return running(template, {}, async ({ get }) => {
    const { status, text } = await get('')
    assert.is(status, 200, text)
    return text
  })
}

export interface Running {
  readonly events: readonly DappEvent[]
  get(path: string): Promise<{ readonly status: number; readonly text: string }>
}

/**
 * Starts a project of the template, with some files changed, for as long as `act` takes.
 *
 * @param files path below the project → its new content
 */
export async function running<T>(
  template: Template,
  files: Readonly<Record<string, string>>,
  act: (running: Running) => Promise<T>,
): Promise<T> {
  using project = projectFrom(template)
  for (const [file, text] of Object.entries(files)) writeFileSync(project.join(file), text)
  const config = await loadConfig(project.path)
  assert.is(config.name, 'song-shop')
  const events: DappEvent[] = []
  using folders = temporaryFolder()
  const { name, kind, folder, entry, dapp } = config
  const started = await startDapp(
    {
      ...{ name, kind, folder, entry, ...dapp, port: 0, strictPorts: false },
      networks: () => noNetworks,
      runtime: testedRuntime(folders.path, { manifest: manifestOf(config) }),
    },
    (event) => events.push(event),
  )
  try {
    await until(
      `ready (${JSON.stringify(events)})`,
      () => events.some(({ event }) => event === 'dapp-ready'),
      STARTED_WITHIN_MS,
    )
    const get = async (path: string) => {
      const response = await fetch(`${started.url}${path}`)
      return { status: response.status, text: await response.text() }
    }
    return await act({ events, get })
  } finally {
    await started.stop()
  }
}

function manifestOf({ name, bundle }: Config) {
  const { capabilities = {} } = bundle
  return { name, capabilities: capabilities as Readonly<Record<string, never>> }
}
