/** `ela did new`, `list`, `show` and `resolve`: nothing here changes the chain. */
import type { Paint } from '../base/printer.ts'
import { findSession } from '../devnet/session.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { didOfName, type NamedDid, namedDids, newDid } from '../identity/did-keys.ts'
import {
  type DidStatus,
  type ResolvedDid,
  type ResolvedTransaction,
  resolveDid,
} from '../identity/did-resolve.ts'
import type { Context } from './context.ts'
import { eidOf, eidRpcOf, keyPlaceOf } from './did-place.ts'

interface Row {
  readonly name: string
  readonly did: string
  readonly index: number
  /** Absent when no devnet runs. */
  readonly status?: DidStatus
}

export async function runNew(name: string | undefined, context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const { isAccount: _, ...made } = await newDid(name, place)
  context.printer.answer('did new', made, (data) => `${data.name} ${data.did}`)
  context.printer.say(`Publish it with \`ela did publish ${made.name}\`.`)
}

export async function runList(context: Context): Promise<void> {
  const known = namedDids(keyPlaceOf(context))
  const rpc = eidRpcOf(context)
  const rows = await Promise.all(known.map((one) => rowOf(one, rpc)))
  context.printer.answer('did list', { dids: rows }, ({ dids }, paint) => {
    const width = Math.max(...dids.map(({ name }) => name.length))
    return dids
      .map(({ name, did, status }) => {
        const state = status === undefined ? '' : `  ${paintStatus(status, paint)}`
        return `${paint('bold', name.padEnd(width))}  ${did}${state}`
      })
      .join('\n')
  })
}

export async function runShow(typed: string, context: Context): Promise<void> {
  const found = didOfName(typed, keyPlaceOf(context))
  const rpc = eidRpcOf(context)
  const did = typeof found === 'string' ? found : found.did
  const named = typeof found === 'string' ? {} : { name: found.name, index: found.index }
  const resolved = rpc === undefined ? undefined : await resolveDid(rpc, did, true)
  const document = newestDocument(resolved)
  const answer = {
    ...named,
    did,
    ...(resolved === undefined ? {} : { status: resolved.status }),
    ...(document === undefined ? {} : { document }),
    history: (resolved?.transactions ?? []).map(({ document: _, ...rest }) => rest),
  }
  context.printer.answer('did show', answer, (data, paint) =>
    [
      `${data.name === undefined ? '' : `${paint('bold', data.name)} `}${data.did}`,
      data.status === undefined
        ? 'no devnet is running: what the chain knows cannot be told'
        : paintStatus(data.status, paint),
      ...data.history.map(
        ({ timestamp, operation, txid }) => `${timestamp}  ${operation}  ${txid}`,
      ),
      ...(document === undefined ? [] : [JSON.stringify(document, undefined, 2)]),
    ].join('\n'),
  )
}

export async function runResolve(typed: string, all: boolean, context: Context): Promise<void> {
  const { rpc } = eidOf(findSession(context))
  const found = didOfName(typed, keyPlaceOf(context))
  const did = typeof found === 'string' ? found : found.did
  const resolved = await resolveDid(rpc, did, all)
  if (resolved.status === 'unpublished') throw DidUseError.notOnChain(did)
  context.printer.answer('did resolve', resolved, ({ status, transactions }, paint) =>
    [
      `${did} ${paintStatus(status, paint)}`,
      ...(all ? transactions : transactions.slice(0, 2)).map((one) => transactionText(one, paint)),
    ].join('\n'),
  )
}

function transactionText(
  { timestamp, operation, txid, document }: ResolvedTransaction,
  paint: Paint,
): string {
  const head = paint('dim', `${timestamp}  ${operation}  ${txid}`)
  return document === undefined ? head : `${head}\n${JSON.stringify(document, undefined, 2)}`
}

async function rowOf({ name, did, index }: NamedDid, rpc: string | undefined): Promise<Row> {
  if (rpc === undefined) return { name, did, index }
  const { status } = await resolveDid(rpc, did)
  return { name, did, index, status }
}

function newestDocument(resolved: ResolvedDid | undefined) {
  return resolved?.transactions.find(({ document }) => document !== undefined)?.document
}

function paintStatus(status: DidStatus, paint: Paint): string {
  const colors = { valid: 'green', deactivated: 'red', unpublished: 'dim' } as const
  return paint(colors[status], status)
}
