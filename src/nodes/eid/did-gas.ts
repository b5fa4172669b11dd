/**
 * What a DID operation costs: gas on top of the transaction's own. Only creating and updating do.
 *
 *     gas = floor((length × life × operation × size + controllers) × rate)
 *
 * @see Elastos.ELA.SideChain.EID core/vm/didvalidator.go getIDTxFee
 */
import { requestBytes } from '../../protocol/did/request.ts'
import { parseTime } from '../../protocol/did/time.ts'
import type { DidOperation } from './did-operation.ts'

/** Gas per unit; a vote of the main chain's council can change it there. */
const RATE = 50_000
const DAY_SECONDS = 86_400
const KIBIBYTE = 1024

/** @param time of the block, seconds since 1970 */
export function gasOf(operation: DidOperation, time: number): bigint {
  if (operation.kind !== 'create' && operation.kind !== 'update') return 0n
  const { document, request, isNormal } = operation
  const factor =
    lengthFactor(isNormal ? '' : document.id) *
      lifeFactor(parseTime(document.expires) ?? 0, time) *
      operationFactor(operation.kind) *
      sizeFactor(requestBytes(request).length) +
    controllerFactor(document.controller)
  return BigInt(Math.floor(factor * RATE))
}

/** By the length in bytes of a customized id with its `did:elastos:`; '' for a normal DID. */
export function lengthFactor(id: string): number {
  const length = Buffer.byteLength(id)
  if (length === 0) return 0.3
  if (length === 1) return 6400
  if (length === 2) return 3200
  if (length === 3) return 1200
  const eights = Math.floor((length - 1) / 8)
  if (length <= 32) return 100 - eights
  if (length <= 64) return 93 + eights
  return (100 * (length - 59)) / 2
}

/** Whole days; half a year is added to less than half a year; long lives have a discount. */
export function lifeFactor(expires: number, time: number): number {
  const whole = Math.max(0, Math.trunc((expires - time) / DAY_SECONDS))
  const years = (whole < 180 ? whole + 180 : whole) / 365
  if (years < 1) return years
  return Math.max(0, years * ((100 - 3 * Math.log2(years)) / 100))
}

const operationFactors: Readonly<Record<DidOperation['kind'], number>> = {
  create: 1,
  update: 0.8,
  transfer: 1.2,
  deactivate: 0.3,
  declare: 1,
  revoke: 0.3,
}

export function operationFactor(kind: DidOperation['kind']): number {
  return operationFactors[kind]
}

/** By the length of the request in the node's binary form. */
export function sizeFactor(bytes: number): number {
  if (bytes <= KIBIBYTE) return 1
  const kib = bytes / KIBIBYTE
  if (bytes <= 32 * KIBIBYTE) return Math.log10(kib) / 2 + 1
  return Math.max(0, kib ** 0.9 * Math.log10(kib) - 33.4)
}

export function controllerFactor(controller: string | readonly string[] | undefined): number {
  if (controller === undefined) return 0
  if (typeof controller === 'string') return 1
  return controller.length <= 1 ? controller.length : 2 ** (controller.length + 3)
}
