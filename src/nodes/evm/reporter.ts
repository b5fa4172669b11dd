/** Tells the parent process of blocks and of the transactions in them. */
import type { NodeReport } from '../report.ts'
import type { SeenBlock } from './follower.ts'
import type { JsonObject } from './json-values.ts'

/** Of blocks that come faster than anybody can read only the last ones are told. */
const SHOWN = 20

export function blockReports(blocks: readonly SeenBlock[]): readonly NodeReport[] {
  return blocks.slice(-SHOWN).flatMap(reportsOf)
}

function reportsOf(block: SeenBlock): readonly NodeReport[] {
  const { number, hash, time, transactions } = block
  const told = transactions.flatMap(({ hash: id, details }) =>
    details === undefined
      ? []
      : [{ report: 'transaction', id, summary: summaryOf(details) } as const],
  )
  const made = { report: 'block', height: number, hash, time, transactions: transactions.length }
  return [...told, made as NodeReport]
}

function summaryOf({ from, to, value, input }: JsonObject): string {
  const who = shortened(from)
  if (to === null || to === undefined) return `${who} creates a contract`
  const wei = BigInt(typeof value === 'string' ? value : 0)
  const whom = shortened(to)
  if (typeof input === 'string' && input.length > 2) {
    return wei === 0n ? `${who} calls ${whom}` : `${who} calls ${whom} with ${inEla(wei)} ELA`
  }
  return `${who} sends ${inEla(wei)} ELA to ${whom}`
}

function shortened(address: unknown): string {
  const text = String(address)
  return `${text.slice(0, 8)}…${text.slice(-4)}`
}

/** Wei as ELA with as many decimals as it needs. */
function inEla(wei: bigint): string {
  const digits = wei.toString().padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, -18) : `${digits.slice(0, -18)}.${fraction}`
}
