/** Which registry, identity chain and stores a command about releases means, and who pays. */
import type { Command } from 'commander'
import { ElaError } from '../base/errors.ts'
import { callRpc } from '../base/json-rpc.ts'
import type { BlockSource } from '../bundle/content/store.ts'
import { sourceNamed } from '../bundle/content/store-choice.ts'
import { BundleError } from '../bundle/errors.ts'
import { chainIdOf, entriesOf, rpcOf, type Session } from '../devnet/session.ts'
import { lookupOn } from '../identity/chain-lookup.ts'
import type { Lookup } from '../identity/did-documents.ts'
import { ReleaseError } from '../releases/errors.ts'
import { userFolderOf } from '../releases/user-folder.ts'
import { headWarning } from '../runtime/gate/head.ts'
import { accountOfName } from '../wallet/account-names.ts'
import { assertDevnetEvm } from '../wallet/devnet-only.ts'
import { timeOf } from '../wallet/did-publish.ts'
import type { Registry } from '../wallet/registry/call.ts'
import type { Context } from './context.ts'
import { eidOf, runningSession } from './did-place.ts'
import { environmentKey } from './environment-key.ts'
import { CommandError } from './errors.ts'
import { repeated } from './json-input.ts'
import { askYes, type PasswordFlags } from './secret-input.ts'

const SAY_AFTER_MS = 200
/** A line in between would tear a question apart. */
let isAsking = false

export interface ChainFlags {
  readonly esc?: string
  readonly registry?: string
  readonly eid?: string
}

export interface PayerFlags extends PasswordFlags {
  readonly from?: string
  readonly key?: string
  readonly yes?: boolean
}

export interface ReleasePlace {
  readonly registry: Registry
  /** URL of EID; `undefined` when none is known. */
  readonly eid: string | undefined
  readonly isDevnet: boolean
  /** Of the newest block of ESC or of this machine, whichever is later; seconds since 1970. */
  readonly time: number
}

export function addChainFlags(command: Command): Command {
  return command
    .option('--esc <url>', 'ESC to ask (default: that of the devnet)')
    .option('--registry <address>', 'registry of releases on it (default: that of the devnet)')
    .option('--eid <url>', 'EID to ask who may sign (default: that of the devnet)')
}

export function addPayerFlags(command: Command): Command {
  return command
    .option('--from <account>', 'devnet account that pays and owns the app (default: alice)')
    .option('--key <name>', 'key of the keystore that pays and owns the app (see `ela keys`)')
    .option('--password-file <file>', 'file whose first line is the password of the key')
    .option('--password-stdin', 'read the password of the key from stdin')
    .option('--yes', 'do it on a network that is no devnet')
}

export function addStoreFlag(command: Command): Command {
  return command.option(
    '--store <store>',
    'where content is: kubo:URL or gateway:URL; may be given again (default: the devnet’s)',
    repeated,
  )
}

/** Throws `release/noRegistry`, `rpc/…`, `devnet/…`. */
export async function releasePlaceOf(flags: ChainFlags, context: Context): Promise<ReleasePlace> {
  const session = runningSession(context)
  const registry = await registryOf(flags, session)
  if (registry === undefined) throw ReleaseError.noRegistry()
  const isOwn = flags.esc === undefined
  const isDevnet = isOwn || (await isDevnetHere(registry.rpc))
  const eid = flags.eid ?? (isOwn ? eidUrlOf(session) : undefined)
  return { registry, eid, isDevnet, time: await timeOf(registry.rpc) }
}

/** Another devnet of this machine. Nodes elsewhere could say so only to hide how old they are. */
async function isDevnetHere(rpc: string): Promise<boolean> {
  if (!URL.canParse(rpc) || !LOOPBACK_NAMES.has(new URL(rpc).hostname)) return false
  try {
    await assertDevnetEvm({ chain: 'esc', rpc })
    return true
  } catch (error) {
    if (error instanceof ElaError && error.code === 'wallet/foreignNetwork') return false
    throw error
  }
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** The registry that is meant, or `undefined` when no chain is known. */
export async function registryOf(
  { esc, registry }: ChainFlags,
  session: Session | undefined,
): Promise<Registry | undefined> {
  if (esc !== undefined) {
    if (registry === undefined) throw ReleaseError.noRegistry()
    return { rpc: esc, chainId: Number(await callRpc(esc, 'eth_chainId')), address: registry }
  }
  if (session === undefined || session.nodes['esc'] === undefined) return undefined
  const address = registry ?? entriesOf(session, 'esc')[0]?.['registry']
  if (address === undefined) return undefined
  const rpc = rpcOf(session, 'esc')
  return { rpc, chainId: chainIdOf(session, 'esc'), address: String(address) }
}

function eidUrlOf(session: Session | undefined): string | undefined {
  return session?.nodes['eid'] === undefined ? undefined : eidOf(session).rpc
}

/** Throws `bundle/noChain`. */
export function lookupOf({ eid }: Pick<ReleasePlace, 'eid'>): Lookup {
  if (eid === undefined) throw BundleError.noChain()
  return lookupOn(eid)
}

/**
 * Warns of nodes that may hold back what is new. Throws `release/notFresh`: a node that is a day
 * behind cannot say that nothing was revoked since.
 */
export async function checkFresh(
  { registry, eid, isDevnet }: ReleasePlace,
  { printer }: Context,
): Promise<void> {
  const time = Math.floor(Date.now() / 1_000)
  const urls = [registry.rpc, ...(eid === undefined ? [] : [eid])]
  for (const url of urls) {
    const warning = await headWarning({ url, isDevnet }, time).catch((error: unknown) => {
      const isOld = error instanceof ElaError && /^gate\/head/.test(error.code)
      throw isOld ? ReleaseError.notFresh(url, error) : error
    })
    if (warning !== undefined) printer.warn(warning)
  }
}

/** Where content may be, nearest first. Throws `content/unknownStore`. */
export function sourcesOf(
  { store = [] }: { readonly store?: readonly string[] },
  context: Context,
): readonly BlockSource[] {
  const folder = `${userFolderOf(context.env)}/content`
  const url = runningSession(context)?.store
  const names = url === undefined || store.length > 0 ? store : [`kubo:${url}`]
  return names.map((name) => sourceNamed(name, folder))
}

/** secp256k1 key of who pays. Throws `wallet/…`, `keys/…`, `input/…`. */
export async function payerOf(flags: PayerFlags, context: Context): Promise<Uint8Array> {
  if (flags.key === undefined) {
    const handedOver = flags.from === undefined ? await environmentKey(flags, context) : undefined
    return (
      handedOver?.evm().privateKey ?? accountOfName(flags.from ?? 'alice', 'esc').evm.privateKey
    )
  }
  const { openNamedKey } = await import('./keys-place.ts')
  return (await openNamedKey(flags.key, flags, context)).evm().privateKey
}

/** Throws `command/confirmationNeeded` and `command/declined`. */
export async function confirmReal(
  what: string,
  { isDevnet, registry }: ReleasePlace,
  { yes }: PayerFlags,
  context: Context,
): Promise<void> {
  if (isDevnet || yes === true) return
  const whole = `${what} on the real network at ${registry.rpc}`
  if (!context.interactive) throw CommandError.confirmationNeeded(whole)
  if (!(await askYes(`Do you want to ${whole}?`))) throw CommandError.declined(whole)
}

/** Says what is waited for when it takes longer than a moment. */
export async function waiting<T>(
  what: string,
  { printer }: Context,
  run: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => {
    if (!isAsking) printer.say(`${what} …`)
  }, SAY_AFTER_MS)
  try {
    return await run()
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Whether asking for more is fine: by the flag, or because the person says so; `false` when nobody
 * can be asked. Throws `command/declined`.
 */
export async function acceptsMore(
  added: readonly string[],
  { acceptCapabilities }: { readonly acceptCapabilities?: boolean },
  context: Context,
): Promise<boolean> {
  if (acceptCapabilities === true) return true
  if (!context.interactive) return false
  isAsking = true
  try {
    context.printer.say('It asks for more than the release before it:')
    for (const one of added) context.printer.say(`  ${one}`)
    if (await askYes('Is that fine?')) return true
    throw CommandError.declined('let it have more')
  } finally {
    isAsking = false
  }
}
