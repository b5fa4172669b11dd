/**
 * The bodies of Carrier messages: what `q`, `r` and `e` hold, one pair of writer and reader a kind.
 *
 * The order of entries is the order in which Java nodes write them.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/messages/
 */
import { CborMap } from './cbor.ts'
import { CarrierError } from './errors.ts'
import { Fields, tuple } from './fields.ts'
import { ID_BYTES, type Id } from './id.ts'
import { type NodeInfo, nodeInfoItem, readNodeInfo, readPort } from './node-info.ts'

/** What an asker wants, as bits of `Lookup.want`; 2 asks for nodes with IPv6. */
export const WANT_NODES4 = 1
export const WANT_TOKEN = 4

/** Longest list of nodes or peers that is read. Nodes write 8; no datagram holds many more. */
const MOST_ENTRIES = 32
const INT32_MIN = -0x8000_0000
const INT32_MAX = 0x7fff_ffff
const UINT32_MAX = 0xffff_ffff
const NONCE_BYTES = 24
const SIGNATURE_BYTES = 64

export interface Lookup {
  readonly target: Id
  readonly want: number
  /** Lowest sequence number wanted; only of FIND_VALUE. */
  readonly sequence?: number
}

export interface StoredValue {
  readonly data: Uint8Array
  /** Absent on immutable values. */
  readonly owner?: {
    readonly publicKey: Uint8Array
    /** Who can read the data, of encrypted values. */
    readonly recipient?: Uint8Array
    readonly nonce: Uint8Array
    readonly sequence: number
    readonly signature: Uint8Array
  }
}

export interface StoreValue {
  readonly token: number
  readonly value: StoredValue
  /** The sequence number that must be stored now for the new value to replace it. */
  readonly expected?: number
}

export interface AnnouncePeer {
  readonly token: number
  readonly peerId: Id
  /** The node that offers the service, when it is not the sender. */
  readonly nodeId?: Id
  readonly port: number
  readonly url?: string
  readonly signature: Uint8Array
}

export interface FoundPeer {
  readonly nodeId: Id
  /** Who announced it, when it was not the node itself. */
  readonly origin?: Id
  readonly port: number
  readonly url?: string
  readonly signature: Uint8Array
}

export interface Found {
  readonly nodes4: readonly NodeInfo[]
  readonly nodes6: readonly NodeInfo[]
  /** 0 when none was asked for. */
  readonly token: number
  readonly value?: StoredValue
  readonly peers?: { readonly id: Id; readonly entries: readonly FoundPeer[] }
}

export interface Failure {
  readonly code: number
  readonly text: string
}

const refuse = CarrierError.badMessage

export function lookupBody({ target, want, sequence }: Lookup): CborMap {
  return new CborMap([
    ['t', target],
    ['w', want],
    ['seq', sequence],
  ])
}

export function readLookup(value: unknown): Lookup {
  const fields = new Fields(value, 'a lookup', refuse)
  const lookup = { target: fields.bytes('t', ID_BYTES), want: fields.int('w', 0, 0xff) }
  if (!fields.has('seq')) return lookup
  return { ...lookup, sequence: fields.int('seq', INT32_MIN, INT32_MAX) }
}

export function storeValueBody({ token, value, expected }: StoreValue): CborMap {
  const { owner } = value
  return new CborMap([
    ['tok', token],
    ['k', owner?.publicKey],
    ['rec', owner?.recipient],
    ['n', owner?.nonce],
    ['sig', owner?.signature],
    ['seq', owner?.sequence],
    ['cas', expected],
    ['v', value.data],
  ])
}

export function readStoreValue(value: unknown): StoreValue {
  const fields = new Fields(value, 'a value to store', refuse)
  const request = { token: readToken(fields), value: readStoredValue(fields) }
  if (!fields.has('cas')) return request
  return { ...request, expected: fields.int('cas', INT32_MIN, INT32_MAX) }
}

export function announcePeerBody(request: AnnouncePeer): CborMap {
  return new CborMap([
    ['tok', request.token],
    ['t', request.peerId],
    ['x', request.nodeId],
    ['p', request.port],
    ['alt', request.url],
    ['sig', request.signature],
  ])
}

export function readAnnouncePeer(value: unknown): AnnouncePeer {
  const fields = new Fields(value, 'an announcement', refuse)
  return {
    token: readToken(fields),
    peerId: fields.bytes('t', ID_BYTES),
    ...(fields.has('x') ? { nodeId: fields.bytes('x', ID_BYTES) } : {}),
    port: readPort(fields.raw('p'), refuse),
    ...(fields.has('alt') ? { url: fields.text('alt') } : {}),
    signature: fields.bytes('sig', SIGNATURE_BYTES),
  }
}

export function foundBody({ nodes4, nodes6, token, value, peers }: Found): CborMap {
  const owner = value?.owner
  return new CborMap([
    ['n4', nodes4.length > 0 ? nodes4.map(nodeInfoItem) : undefined],
    ['n6', nodes6.length > 0 ? nodes6.map(nodeInfoItem) : undefined],
    ['tok', token === 0 ? undefined : token],
    ['k', owner?.publicKey],
    ['rec', owner?.recipient],
    ['n', owner?.nonce],
    ['seq', owner?.sequence],
    ['sig', owner?.signature],
    ['v', value?.data],
    ['p', peers === undefined ? undefined : [peers.id, ...peers.entries.map(peerItem)]],
  ])
}

export function readFound(value: unknown): Found {
  const fields = new Fields(value, 'a lookup answer', refuse)
  const nodes = (key: string, family: 4 | 6) =>
    fields.has(key)
      ? fields.list(key, MOST_ENTRIES, (entry) => readNodeInfo(entry, family, refuse))
      : []
  return {
    nodes4: nodes('n4', 4),
    nodes6: nodes('n6', 6),
    token: fields.has('tok') ? readToken(fields) : 0,
    ...(fields.has('v') ? { value: readStoredValue(fields) } : {}),
    ...(fields.has('p') ? { peers: readPeers(fields) } : {}),
  }
}

export function failureBody({ code, text }: Failure): CborMap {
  return new CborMap([
    ['c', code],
    ['m', text],
  ])
}

export function readFailure(value: unknown): Failure {
  const fields = new Fields(value, 'an error', refuse)
  const code = fields.int('c', INT32_MIN, INT32_MAX)
  return { code, text: fields.has('m') ? fields.text('m') : '' }
}

/** A token is four opaque bytes; some nodes write them as a signed integer, some as unsigned. */
function readToken(fields: Fields): number {
  return fields.int('tok', INT32_MIN, UINT32_MAX) | 0
}

function readStoredValue(fields: Fields): StoredValue {
  const data = fields.bytes('v')
  if (!fields.has('k')) return { data }
  return {
    data,
    owner: {
      publicKey: fields.bytes('k', ID_BYTES),
      ...(fields.has('rec') ? { recipient: fields.bytes('rec', ID_BYTES) } : {}),
      nonce: fields.bytes('n', NONCE_BYTES),
      sequence: fields.int('seq', INT32_MIN, INT32_MAX),
      signature: fields.bytes('sig', SIGNATURE_BYTES),
    },
  }
}

function peerItem({ nodeId, origin, port, url, signature }: FoundPeer) {
  return [nodeId, origin ?? null, port, url ?? null, signature]
}

/** `[peer id, peer, peer, …]` */
function readPeers(fields: Fields): NonNullable<Found['peers']> {
  const [id, ...entries] = fields.list('p', MOST_ENTRIES + 1, (entry) => entry)
  return { id: sized(id, ID_BYTES, 'the id of a peer'), entries: entries.map(readPeer) }
}

function readPeer(value: unknown): FoundPeer {
  const [nodeId, origin, port, url, signature] = tuple(value, 5, 'a peer', refuse)
  if (url !== null && typeof url !== 'string') throw refuse('the URL of a peer is no text')
  return {
    nodeId: sized(nodeId, ID_BYTES, 'the node of a peer'),
    ...(origin === null ? {} : { origin: sized(origin, ID_BYTES, 'the origin of a peer') }),
    port: readPort(port, refuse),
    ...(url === null ? {} : { url }),
    signature: sized(signature, SIGNATURE_BYTES, 'the signature of a peer'),
  }
}

function sized(value: unknown, length: number, what: string): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value
  throw refuse(`${what} does not have ${length} bytes`)
}
