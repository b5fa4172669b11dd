/** `ela did list`, `show`, `resolve` and `history`: nothing here changes the chain. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Paint } from '../base/printer.ts'
import { findSession } from '../devnet/session.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { customizedDids, didOfName, namedDids, plainDidOfName } from '../identity/did-keys.ts'
import { readDidList } from '../identity/did-list.ts'
import {
  type DidStatus,
  type ResolvedDid,
  type ResolvedTransaction,
  resolveDid,
  sizesOf,
} from '../identity/did-resolve.ts'
import type { Context } from './context.ts'
import { eidOf, eidRpcOf, keyPlaceOf, namedOrInUse } from './did-place.ts'

interface Row {
  readonly name: string
  readonly did: string
  /** Absent for customized DIDs. */
  readonly index?: number
  readonly controllers?: readonly string[]
  /** Absent when no devnet runs. */
  readonly status?: DidStatus
}

export async function runList(context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const known: readonly Row[] = [
    ...namedDids(place).map(({ name, did, index }) => ({ name, did, index })),
    ...customizedDids(place).map(({ name, did, controllers }) => ({ name, did, controllers })),
  ]
  const rpc = eidRpcOf(context)
  const dids = await Promise.all(known.map((one) => rowOf(one, rpc)))
  const { inUse } = readDidList(place.file)
  const data = { dids, ...(inUse === undefined ? {} : { inUse }) }
  context.printer.answer('did list', data, (_, paint) => {
    const width = Math.max(...dids.map(({ name }) => name.length))
    return dids
      .map(({ name, did, status }) => {
        const state = status === undefined ? '' : `  ${paintStatus(status, paint)}`
        const used = name === inUse ? '  in use' : ''
        return `${paint('bold', name.padEnd(width))}  ${did}${state}${used}`
      })
      .join('\n')
  })
}

export async function runShow(typed: string | undefined, context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const found = didOfName(namedOrInUse(typed, place), place)
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

export interface ResolveFlags {
  readonly all?: boolean
  readonly out?: string
}

export async function runResolve(
  typed: string,
  { all = false, out }: ResolveFlags,
  context: Context,
): Promise<void> {
  const { rpc } = eidOf(findSession(context))
  const did = plainDidOfName(typed, keyPlaceOf(context))
  const resolved = await resolveDid(rpc, did, all)
  if (resolved.status === 'unpublished') throw DidUseError.notOnChain(did)
  if (out !== undefined) {
    const text = JSON.stringify(newestDocument(resolved), undefined, 2)
    await writeFile(path.resolve(context.cwd, out), `${text}\n`)
  }
  context.printer.answer('did resolve', resolved, ({ status, transactions }, paint) =>
    [
      `${did} ${paintStatus(status, paint)}`,
      ...(all ? transactions : transactions.slice(0, 2)).map((one) => transactionText(one, paint)),
    ].join('\n'),
  )
}

/** What was done to a DID, newest first. */
export async function runHistory(typed: string | undefined, context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const { rpc } = eidOf(findSession(context))
  const did = plainDidOfName(namedOrInUse(typed, place), place)
  const { status, transactions } = await resolveDid(rpc, did, true)
  if (status === 'unpublished') throw DidUseError.notOnChain(did)
  const steps = transactions.map(({ document, ...step }) => ({
    ...step,
    ...(document === undefined ? {} : sizesOf(document)),
  }))
  const oldest = transactions.findLast(({ document }) => document !== undefined)
  const data = { did, status, created: oldest?.timestamp, steps }
  context.printer.answer('did history', data, (_, paint) =>
    [
      `${did} ${paintStatus(status, paint)}`,
      ...steps.map(({ timestamp, operation, txid, ...sizes }) => {
        const what = Object.entries(sizes).map(([name, size]) => `${name} ${size}`)
        const holds = what.length === 0 ? '' : `  ${paint('dim', what.join(', '))}`
        return `${timestamp}  ${operation.padEnd(10)}  ${txid}${holds}`
      }),
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

async function rowOf(row: Row, rpc: string | undefined): Promise<Row> {
  if (rpc === undefined) return row
  const { status } = await resolveDid(rpc, row.did)
  return { ...row, status }
}

function newestDocument(resolved: ResolvedDid | undefined) {
  return resolved?.transactions.find(({ document }) => document !== undefined)?.document
}

function paintStatus(status: DidStatus, paint: Paint): string {
  const colors = { valid: 'green', deactivated: 'red', unpublished: 'dim' } as const
  return paint(colors[status], status)
}
