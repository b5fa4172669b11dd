/** What the service of `ela dev` needs besides its sources. */
import type { Config } from '../config/config.ts'
import type { Devnet } from '../devnet/devnet.ts'
import { namedDids, plainDidOfName } from '../identity/did-keys.ts'
import type { RuntimeOptions } from '../runtime/dapp-options.ts'
import type { DappTalk, RuntimeEvent } from '../runtime/events.ts'
import { auditLine } from '../runtime/gateway/audit.ts'
import type { Level } from '../runtime/jail/level.ts'
import { placementText, servicesOf } from '../runtime/placement/named-providers.ts'
import { resolveHost } from '../runtime/resolve-host.ts'
import { runRoot } from '../runtime/run-folders.ts'
import { NO_APP, type ProjectManifest } from '../runtime/unsigned.ts'
import type { IntentDesk } from '../wallet/intents/desk.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { packageOf, startOf } from './pack-run.ts'
import { chainsOf } from './runtime-world.ts'
import { walletDoorOf } from './wallet-door.ts'

export interface DevSurroundings {
  readonly context: Context
  readonly devnet: Devnet
  /** The wallet, when one is open. */
  readonly desk: IntentDesk | undefined
  readonly level: Level | undefined
  readonly canAsk: boolean
  readonly audit: boolean
  readonly onEvent: (event: RuntimeEvent | DappTalk) => void
}

/** Throws `bundle/badManifest`, `bundle/wrongSetting`. */
export function runtimeOptionsOf(
  config: Config,
  { context, devnet, desk, level, canAsk, audit, onEvent }: DevSurroundings,
): RuntimeOptions {
  return {
    manifest: projectManifestOf(config, context),
    world: {
      chains: chainsOf(devnet.session.nodes),
      now: Date.now,
      resolveHost,
      services: servicesOf(config.dapp.services, config.folder, (line) =>
        onEvent({ event: 'log', node: 'dapp', line, at: Date.now() }),
      ),
      onPlacement: (event) => onEvent({ event: 'notice', message: placementText(event) }),
      wallet: desk === undefined ? undefined : walletDoorOf(desk),
      onLog: (said) =>
        onEvent({
          event: 'log',
          node: 'dapp',
          line: `${said.level}: ${said.line}`,
          at: Date.now(),
        }),
    },
    runRoot: runRoot(context.env),
    requiredLevel: level,
    canAsk,
    audit: audit ? (entry) => context.printer.say(auditLine(entry)) : () => undefined,
  }
}

/** What the manifest of the project would say. Throws `bundle/badManifest`. */
export function projectManifestOf(config: Config, context: Context): ProjectManifest {
  const { name, bundle } = config
  const { capabilities = {}, limits = {}, origins = [], version } = bundle
  startOf(config)
  const app = appOf(name, bundle, context)
  return {
    name,
    version:
      typeof version === 'string' ? version : (packageOf(config.folder)['version'] ?? '0.1.0'),
    app,
    publisher: app,
    capabilities: capabilities as ProjectManifest['capabilities'],
    limits: limits as ProjectManifest['limits'],
    origins: origins as readonly string[],
  }
}

/** The DID of the project if it has one yet. */
function appOf(name: string, bundle: Config['bundle'], context: Context): string {
  const place = keyPlaceOf(context)
  const { app } = bundle
  const named = namedDids(place).find((one) => one.name === name)
  if (typeof app !== 'string') return named?.did ?? NO_APP
  return plainDidOfName(app, place)
}
