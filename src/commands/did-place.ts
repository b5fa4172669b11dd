/** Where names of DIDs and their chain are found, and what all verbs that change it do alike. */
import { ElaError } from '../base/errors.ts'
import { chainIdOf, entriesOf, findSession, rpcOf, type Session } from '../devnet/session.ts'
import { type Authority, authorityOf } from '../identity/did-authority.ts'
import { DidUseError } from '../identity/did-errors.ts'
import type { KeyPlace } from '../identity/did-keys.ts'
import { didListFile, projectAround, readDidList } from '../identity/did-list.ts'
import { keystoreOf } from '../identity/keystore.ts'
import { machineKeyFile } from '../identity/machine-key.ts'
import { accountOfName } from '../wallet/account-names.ts'
import type { Paying } from '../wallet/did-change.ts'
import type { EidChain, PublishedDid } from '../wallet/did-publish.ts'
import type { Context } from './context.ts'

const WAIT_MS = 10_000
const SAY_AFTER_MS = 200

/**
 * The list of the devnet that runs (under `ela exec` a temporary folder's), and the one of the
 * project around us.
 */
export function keyPlaceOf(context: Context): KeyPlace {
  const project = didListFile(projectAround(context.cwd))
  const session = runningSession(context)
  const phraseFile = context.env['ELA_MNEMONIC_FILE']
  return {
    file: session === undefined ? project : didListFile(session.folder),
    alsoKnown: project,
    phraseFile: phraseFile === '' ? undefined : phraseFile,
    machineFile: machineKeyFile(keystoreOf(context.env).folder),
    openKey: async (name) => {
      const { openNamedKey } = await import('./keys-place.ts')
      const passwordFile = context.env['ELA_PASSWORD_FILE'] ?? ''
      return openNamedKey(name, passwordFile === '' ? {} : { passwordFile }, context)
    },
  }
}

/** The DID that is named, or the one in use. Throws `did/noneInUse`. */
export function namedOrInUse(typed: string | undefined, place: KeyPlace): string {
  if (typed !== undefined) return typed
  const { inUse } = readDidList(place.file)
  const name = inUse ?? readDidList(place.alsoKnown ?? place.file).inUse
  if (name === undefined) throw DidUseError.noneInUse()
  return name
}

export interface Prepared {
  readonly place: KeyPlace
  readonly authority: Authority
  readonly paying: Paying
}

/** Who signs and who pays for a change of the DID that is named or in use. */
export async function prepare(
  typed: string | undefined,
  { from, as }: { readonly from?: string; readonly as?: string },
  context: Context,
): Promise<Prepared> {
  const chain = eidOf(findSession(context))
  const place = keyPlaceOf(context)
  const authority = await authorityOf(namedOrInUse(typed, place), {
    place,
    rpc: () => chain.rpc,
    as,
  })
  return { place, authority, paying: payingFrom(from ?? authority.account, context) }
}

/** @param from account that pays; alice when left out */
export function payingFrom(from: string | undefined, context: Context): Paying {
  const payer = accountOfName(from ?? 'alice', 'eid')
  return {
    chain: eidOf(findSession(context)),
    payerKey: payer.evm.privateKey,
    waitMs: WAIT_MS,
    signal: context.signal,
  }
}

/** Says what is waited for when it takes longer than a moment. */
export async function saying<T>({ printer }: Context, run: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => printer.say('Waiting for a block of EID …'), SAY_AFTER_MS)
  try {
    return await run()
  } finally {
    clearTimeout(timer)
  }
}

const VERBS: Readonly<Record<PublishedDid['operation'], string>> = {
  create: 'published',
  update: 'updated',
  transfer: 'given away',
  deactivate: 'deactivated',
  declare: 'declared',
  revoke: 'revoked',
}

/** Tells what was done on the chain. */
export function tellPublished(
  schema: string,
  data: PublishedDid & { readonly name?: string },
  { printer }: Context,
): void {
  printer.answer(schema, data, ({ name, did, operation, txid, height, gasUsed, status }, paint) => {
    const verb = status === 'mined' ? VERBS[operation] : 'sent, waits for a block'
    const mined = height === undefined ? '' : ` in block ${height}, ${gasUsed} gas`
    const who = name === undefined || name === did ? '' : `${paint('bold', name)} `
    return `${who}${did} ${verb}${mined}\ntransaction ${txid}`
  })
  if (data.status === 'pending') printer.say('Make a block with `ela mine --on eid`.')
}

/** The session, or `undefined` when no devnet runs: names are known without one. */
export function runningSession(context: Context): Session | undefined {
  try {
    return findSession(context)
  } catch (error) {
    if (error instanceof ElaError && error.exit === 'devnetState') return undefined
    throw error
  }
}

/** Throws `devnet/notRunning` and `devnet/nodeNotRunning`. */
export function eidOf(session: Session): EidChain {
  return {
    rpc: rpcOf(session, 'eid'),
    chainId: chainIdOf(session, 'eid'),
    contract: String(entriesOf(session, 'eid')[0]?.['didContract']),
  }
}

/** The URL of EID if a devnet with it runs. */
export function eidRpcOf(context: Context): string | undefined {
  const session = runningSession(context)
  return session === undefined || session.nodes['eid'] === undefined
    ? undefined
    : eidOf(session).rpc
}
