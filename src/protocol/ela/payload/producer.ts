/** Payloads of block producers. @see Elastos.ELA core/types/payload/producerinfo.go */
import type { Codec } from '../../codec.ts'
import { u32, u64, variant } from '../fields.ts'
import { keyOrCode, publicKey, signature, text } from './limits.ts'

/** Registration and update have the same fields. */
export interface ProducerInfoPayload {
  readonly kind: 'registerProducer' | 'updateProducer'
  readonly ownerKey: Uint8Array
  readonly nodePublicKey: Uint8Array
  readonly nickName: string
  readonly url: string
  readonly location: bigint
  readonly netAddress: string
  /** From version 1 on. */
  readonly stakeUntil?: number
  /** Versions 0 and 1; Schnorr and multisig owners sign by the program alone. */
  readonly signature?: Uint8Array
}

export interface CancelProducerPayload {
  readonly kind: 'cancelProducer'
  readonly ownerKey: Uint8Array
  /** Version 0. */
  readonly signature?: Uint8Array
}

export interface ActivateProducerPayload {
  readonly kind: 'activateProducer'
  readonly nodePublicKey: Uint8Array
  readonly signature: Uint8Array
}

export interface ReturnDepositCoinPayload {
  readonly kind: 'returnDepositCoin'
}

export function producerInfo(
  kind: ProducerInfoPayload['kind'],
  version: number,
): Codec<ProducerInfoPayload> {
  return variant<ProducerInfoPayload>(kind, {
    ownerKey: keyOrCode,
    nodePublicKey: keyOrCode,
    nickName: text,
    url: text,
    location: u64,
    netAddress: text,
    ...(version >= 1 && { stakeUntil: u32 }),
    ...(version < 2 && { signature }),
  })
}

export function cancelProducer(version: number): Codec<CancelProducerPayload> {
  return variant<CancelProducerPayload>('cancelProducer', {
    ownerKey: keyOrCode,
    ...(version < 1 && { signature }),
  })
}

export const activateProducer = variant<ActivateProducerPayload>('activateProducer', {
  nodePublicKey: publicKey,
  signature,
})

export const returnDepositCoin = variant<ReturnDepositCoinPayload>('returnDepositCoin', {})
