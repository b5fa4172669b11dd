/** Claiming apps and publishing their releases. */
import { createHash } from 'node:crypto'
import { concatBytes, fromHex } from '../../base/bytes-text.ts'
import { DAPP_REGISTRY_CREATION } from '../../contracts/dapp-registry.ts'
import { fromBase64Url } from '../../protocol/did/base64url.ts'
import { didOf } from '../../protocol/did/did.ts'
import { publicKeyOf, signText } from '../../protocol/did/sign.ts'
import {
  type AbiValue,
  addressValue,
  encodeArguments,
  textValue,
  uintValue,
} from '../../protocol/evm/abi-arguments.ts'
import { addressOfPrivateKey, type EvmAddress, parseAddress } from '../../protocol/evm/address.ts'
import { type SentEvmTransaction, sendEvmTransaction } from '../evm-coins.ts'
import {
  appValue,
  askRegistry,
  bundleValue,
  channelValue,
  type Registry,
  seqValue,
  type Teller,
  tellRegistry,
} from './call.ts'
import { RegistryError } from './errors.ts'
import { type ReleaseStatus, STATUSES } from './read.ts'

/** Signature and arguments of a function of the contract. */
export type RegistryCall = readonly [signature: string, values: readonly AbiValue[]]

const CLAIM_DOMAIN = 'elastos.dapp.registry.claim.v1'
const NO_CHANNEL = uintValue(0)

/**
 * Puts a registry of its own onto ESC. Throws `registry/notMined`, `registry/refused`, and what
 * `sendEvmTransaction` does.
 *
 * @param claimDelay seconds that the claim of an app of another owner waits
 */
export async function deployRegistry(
  {
    registry,
    privateKey,
    ...patience
  }: Omit<Teller, 'registry'> & {
    readonly registry: Omit<Registry, 'address'>
  },
  claimDelay: number,
): Promise<Registry> {
  const data = concatBytes(
    fromHex(DAPP_REGISTRY_CREATION),
    encodeArguments([uintValue(claimDelay)]),
  )
  const request = { chain: 'esc', ...registry, privateKey, data } as const
  const { hash, receipt } = await sendEvmTransaction({ ...request, ...patience })
  if (receipt === undefined) throw RegistryError.notMined(hash)
  return { ...registry, address: parseAddress(String(receipt.fields['contractAddress'])) }
}

/** What the key of the DID signs so that `owner` may claim: 64 bytes. */
export async function claimMessage(
  registry: Registry,
  did: string,
  owner: EvmAddress,
): Promise<Uint8Array> {
  const nonce = (await askRegistry(registry, 'nonces(bytes20)', [appValue(did)])).uint(0)
  const values = [uintValue(registry.chainId), addressValue(registry.address)]
  const claimed = encodeArguments([...values, addressValue(owner), uintValue(nonce)])
  return concatBytes(sha256(new TextEncoder().encode(CLAIM_DOMAIN)), sha256(claimed))
}

/**
 * Makes the teller the owner of the app whose DID is made from `didKey`. When it has another owner,
 * the claim waits (`waitingClaim`) and is finished by `finishClaim`.
 *
 * @param didKey P-256
 */
export async function claimApp(teller: Teller, didKey: Uint8Array): Promise<SentEvmTransaction> {
  const owner = addressOfPrivateKey(teller.privateKey)
  return tellRegistry(teller, ...(await claimCall(teller.registry, owner, didKey)))
}

/** The call of `claimApp`. */
export async function claimCall(
  registry: Registry,
  owner: EvmAddress,
  didKey: Uint8Array,
): Promise<RegistryCall> {
  const key = publicKeyOf(didKey)
  const message = await claimMessage(registry, didOf(key), owner)
  const signature = fromBase64Url(signText(message, didKey), 'The signature')
  return ['claim(bytes,bytes)', [textValue(key), textValue(signature)]]
}

/** Anybody may, once the time of the claim has come. */
export function finishClaim(teller: Teller, did: string): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'finishClaim(bytes20)', [appValue(did)])
}

/** Ends a claim that waits; the owner may once in 30 days. */
export function vetoClaim(teller: Teller, did: string): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'veto(bytes20)', [appValue(did)])
}

export interface NewRelease {
  readonly did: string
  /** Higher than all before it. */
  readonly seq: number
  /** `sha256:` and 64 digits. */
  readonly bundle: string
  readonly version: string
  /** Where the bundle can be fetched, one a line. */
  readonly locations: readonly string[]
  /** Moved to this release; none when left out. */
  readonly channel?: string
}

/** The owner may, and publishers until their right ends. */
export function publishRelease(teller: Teller, release: NewRelease): Promise<SentEvmTransaction> {
  return tellRegistry(teller, ...publishCall(release))
}

/** The call of `publishRelease`. */
export function publishCall(release: NewRelease): RegistryCall {
  const { did, seq, bundle, version, locations, channel } = release
  const values = [
    appValue(did),
    seqValue(seq),
    bundleValue(bundle),
    textValue(version),
    textValue(locations.join('\n')),
    channel === undefined ? NO_CHANNEL : channelValue(channel),
  ]
  return ['publish(bytes20,uint32,bytes32,string,string,bytes32)', values]
}

export interface ReleaseJudgement {
  readonly did: string
  readonly seq: number
  /** `revoked` is for ever. */
  readonly status: ReleaseStatus
  readonly reason: string
}

export function setReleaseStatus(
  teller: Teller,
  { did, seq, status, reason }: ReleaseJudgement,
): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'setStatus(bytes20,uint32,uint8,string)', [
    appValue(did),
    seqValue(seq),
    uintValue(STATUSES.indexOf(status) + 1),
    textValue(reason),
  ])
}

/** Moves a channel forward or back; without `seq` the channel ends. */
export function setChannel(
  teller: Teller,
  { did, channel, seq }: { readonly did: string; readonly channel: string; readonly seq?: number },
): Promise<SentEvmTransaction> {
  const target = seq === undefined ? uintValue(0) : seqValue(seq)
  const values = [appValue(did), channelValue(channel), target]
  return tellRegistry(teller, 'setChannel(bytes20,bytes32,uint32)', values)
}

/** No release below it is to be installed again. Only upward. */
export function setFloor(teller: Teller, did: string, seq: number): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'setFloor(bytes20,uint32)', [appValue(did), seqValue(seq)])
}

export interface Delegation {
  readonly did: string
  readonly publisher: string
  /** Seconds since 1970, at most 366 days away; 0 ends the right. */
  readonly until: number
}

export function setPublisher(
  teller: Teller,
  { did, publisher, until }: Delegation,
): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'setPublisher(bytes20,address,uint64)', [
    appValue(did),
    addressValue(publisher),
    uintValue(until),
  ])
}

/** Offers the app to another owner, who must accept. */
export function offerApp(teller: Teller, did: string, to: string): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'transfer(bytes20,address)', [appValue(did), addressValue(to)])
}

export function acceptApp(teller: Teller, did: string): Promise<SentEvmTransaction> {
  return tellRegistry(teller, 'accept(bytes20)', [appValue(did)])
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
