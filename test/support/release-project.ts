/** A devnet with a content store, a developer with a project on it, and others with homes of their own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as assert from 'uvu/assert'
import { type Devnet, startDevnet } from '../../src/devnet/devnet.ts'
import { sessionFile } from '../../src/devnet/session.ts'
import { writeFiles } from './bundle.ts'
import { ela } from './ela.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export interface Told {
  readonly code: number
  readonly error: string | undefined
  readonly hint: string | undefined
  readonly stderr: string
  // biome-ignore lint/suspicious/noExplicitAny: tests name the member they expect.
  readonly data: any
}

export interface Person {
  readonly home: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** `ela … --json` as this person, in its folder. */
  readonly run: (line: string | readonly string[]) => Promise<Told>
  /** The same, which must end with 0; its data. */
  readonly does: (line: string | readonly string[]) => Promise<Told['data']>
}

export interface ReleaseProject extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly devnet: Devnet
  /** Whose project the devnet belongs to. */
  readonly developer: Person
  readonly person: (name: string) => Person
}

export async function releaseProject(): Promise<ReleaseProject> {
  const folder = temporaryFolder()
  const project = folder.join('project')
  mkdirSync(project)
  const devnet = await startDevnet(
    { folder: project, only: ['esc', 'eid'], ports: { from: 'anywhere' } },
    () => undefined,
  )
  const person = (name: string, cwd = folder.join(name)): Person => {
    mkdirSync(cwd, { recursive: true })
    const home = folder.join(`home-${name}`)
    const env = { HOME: home, ELA_SESSION: sessionFile(project), CI: '1' }
    const run = async (line: string | readonly string[]): Promise<Told> => {
      const words = typeof line === 'string' ? `${line} --json` : [...line, '--json']
      const { code, stdout, stderr } = await ela(words, { cwd, env })
      const { data, error } = JSON.parse(stdout)
      return { code, error: error?.code, hint: error?.hint, stderr, data }
    }
    const does = async (line: string | readonly string[]) => {
      const told = await run(line)
      assert.is(told.code, 0, `${String(line)}: ${told.stderr}`)
      return told.data
    }
    return { home, cwd, env, run, does }
  }
  return {
    folder,
    devnet,
    developer: person('developer', project),
    person,
    async [Symbol.asyncDispose]() {
      await devnet.stop()
      folder[Symbol.dispose]()
    },
  }
}

export interface AppWish {
  readonly name: string
  readonly seq: number
  readonly files?: Readonly<Record<string, string | Buffer>>
  readonly capabilities?: object
  /** Flags of `ela pack` besides. */
  readonly flags?: string
}

/**
 * A signed bundle of the developer's app: made, published on EID once, packed. Returns the file and
 * what packing said.
 */
export async function packApp({ cwd, does }: Person, wish: AppWish) {
  const { name, seq, capabilities = {}, flags = '' } = wish
  const files = wish.files ?? { 'index.html': `<title>${name} ${seq}</title>`, 'same.js': '1\n' }
  const source = path.join(cwd, 'apps', `${name}-${seq}`)
  writeFiles(path.join(source, 'public'), files)
  const config = { name, kind: 'web', bundle: { capabilities } }
  writeFileSync(path.join(source, 'ela.config.json'), JSON.stringify(config))
  const version = /--release/.test(flags) ? '' : `--release 1.${seq}.0`
  const packed = await does(
    `pack ${source} --out out --app ${name} --as ${name} --seq ${seq} ${version} ${flags}`,
  )
  return { ...packed, file: path.relative(cwd, packed.file) }
}

/** Makes the DID of an app and publishes it. */
export async function newApp({ does }: Person, name: string): Promise<string> {
  const { did } = await does(`did new ${name}`)
  await does(`did publish ${name}`)
  return did
}
