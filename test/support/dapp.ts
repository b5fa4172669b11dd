/** A DApp under test: its events are kept, and it is gone at the end of the block. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Dapp, DappOptions, Networks, RuntimeOptions } from '../../src/runtime/dapp-options.ts'
import type { DappTalk, RuntimeEvent } from '../../src/runtime/events.ts'
import { startDapp } from '../../src/runtime/host.ts'
import { NO_APP, type ProjectManifest } from '../../src/runtime/unsigned.ts'
import { until } from './fails.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export type DappEvent = RuntimeEvent | DappTalk
export const noNetworks: Networks = { profile: 'testnet', nodes: {}, carrier: [], accounts: [] }

export interface DappUnderTest extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly dapp: Dapp
  readonly url: string
  readonly events: readonly DappEvent[]
  write(file: string, content: string | Uint8Array): void
  /** The events of one kind so far. */
  of<Kind extends DappEvent['event']>(kind: Kind): readonly Extract<DappEvent, { event: Kind }>[]
  /** Waits until there are `count` of a kind and returns the last. */
  nth<Kind extends DappEvent['event']>(
    kind: Kind,
    count: number,
  ): Promise<Extract<DappEvent, { event: Kind }>>
}

export interface TestedOptions extends Partial<DappOptions> {
  readonly kind: DappOptions['kind']
  readonly manifest?: Partial<ProjectManifest>
  /** Whether questions wait for an answer. */
  readonly canAsk?: boolean
  /** Chain → URL of a node. */
  readonly chains?: Readonly<Record<string, readonly string[]>>
}

/** What the runtime is given for a project in a test. */
export function testedRuntime(
  runRoot: string,
  { manifest = {}, canAsk = false, chains = {} }: Omit<TestedOptions, 'kind'> = {},
): RuntimeOptions {
  return {
    manifest: { ...unsignedManifest, ...manifest },
    world: { chains, now: Date.now, resolveHost: async () => [] },
    runRoot,
    requiredLevel: undefined,
    canAsk,
    audit: () => undefined,
  }
}

const unsignedManifest: ProjectManifest = {
  name: 'under-test',
  version: '0.1.0',
  app: NO_APP,
  publisher: NO_APP,
  capabilities: {},
  limits: {},
}

export async function runDapp(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: TestedOptions,
  entry = options.kind === 'web' ? 'public' : 'src/main.ts',
): Promise<DappUnderTest> {
  const folder = temporaryFolder()
  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(path.dirname(folder.join(file)), { recursive: true })
    writeFileSync(folder.join(file), content)
  }
  for (const [file, content] of Object.entries(files)) write(file, content)
  const events: DappEvent[] = []
  const runs = temporaryFolder()
  const { manifest: _, canAsk: __, chains: ___, ...others } = options
  const dapp = await startDapp(
    {
      name: 'under-test',
      folder: folder.path,
      entry: folder.join(entry),
      port: 0,
      strictPorts: false,
      watch: [],
      ignore: [],
      env: {},
      connect: [],
      networks: () => noNetworks,
      runtime: testedRuntime(runs.path, options),
      ...others,
    },
    (event) => events.push(event),
  )
  const of: DappUnderTest['of'] = (kind) =>
    events.filter(
      (event): event is Extract<DappEvent, { event: typeof kind }> => event.event === kind,
    )
  return {
    folder,
    dapp,
    url: dapp.url ?? '',
    events,
    write,
    of,
    nth: (kind, count) =>
      until(`${count} × ${kind} (seen: ${JSON.stringify(events)})`, () => of(kind)[count - 1]),
    [Symbol.asyncDispose]: async () => {
      await dapp.stop()
      leftBehind(runs)
      folder[Symbol.dispose]()
    },
  }
}

/** A DApp that was stopped leaves no folder, no socket and no process. */
function leftBehind(runs: TemporaryFolder): void {
  const left = readdirSync(runs.path)
  runs[Symbol.dispose]()
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
}
