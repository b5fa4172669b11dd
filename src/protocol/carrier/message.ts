/**
 * Carrier messages: one CBOR map a datagram.
 *
 *     y   type and method: 0x20 request, 0x40 response, 0x00 error, plus the method's number
 *     t   transaction id, not 0; a response and an error repeat the request's
 *     q / r / e   body of a request, response, error; absent where there is nothing to say
 *     v   software version: two letters and a number; left out when 0
 *
 * Keys that are not known are ignored, as Java nodes do. Nothing beyond these is ever written:
 * native nodes drop a message with a key they do not know.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/messages/Message.java, Constants.java
 */
import * as bodies from './bodies.ts'
import { CborMap, decodeCbor, encodeCbor, type Layout } from './cbor.ts'
import { CarrierError } from './errors.ts'
import { Fields } from './fields.ts'

const METHODS = {
  ping: 1,
  findNode: 2,
  announcePeer: 3,
  findPeer: 4,
  storeValue: 5,
  findValue: 6,
} as const

export type Method = keyof typeof METHODS

const TYPE_MASK = 0xe0
const METHOD_MASK = 0x1f
const TYPES = { request: 0x20, response: 0x40, error: 0x00 } as const

/** "EL" 1: two letters and the number of the version. */
export const OUR_VERSION = 0x454c_0001

/**
 * What an error message has as code for a method that a node does not have.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/ErrorCode.java
 */
export const ERROR_METHOD_UNKNOWN = 204

interface Envelope {
  readonly transaction: number
  readonly version: number
}

export type Request = Envelope & { readonly type: 'request' } & RequestBody
export type RequestBody =
  | { readonly method: 'ping' }
  | { readonly method: 'findNode' | 'findPeer' | 'findValue'; readonly body: bodies.Lookup }
  | { readonly method: 'announcePeer'; readonly body: bodies.AnnouncePeer }
  | { readonly method: 'storeValue'; readonly body: bodies.StoreValue }

export type Response = Envelope & { readonly type: 'response' } & ResponseBody
export type ResponseBody =
  | { readonly method: 'ping' | 'announcePeer' | 'storeValue' }
  | { readonly method: 'findNode' | 'findPeer' | 'findValue'; readonly body: bodies.Found }

export type Refusal = Envelope & {
  readonly type: 'error'
  readonly method: Method
  readonly body: bodies.Failure
}

export type Message = Request | Response | Refusal

export function encodeMessage(message: Message, layout: Layout = 'native'): Uint8Array {
  const { type, method, transaction, version } = message
  const map = new CborMap([
    ['y', TYPES[type] | METHODS[method]],
    ['t', transaction],
    [bodyKeys[type], bodyOf(message)],
    ['v', version === 0 ? undefined : version],
  ])
  return encodeCbor(map, layout)
}

const bodyKeys = { request: 'q', response: 'r', error: 'e' } as const

function bodyOf(message: Message): CborMap | undefined {
  if (!('body' in message)) return undefined
  switch (message.type) {
    case 'error':
      return bodies.failureBody(message.body)
    case 'response':
      return bodies.foundBody(message.body)
    case 'request':
      switch (message.method) {
        case 'announcePeer':
          return bodies.announcePeerBody(message.body)
        case 'storeValue':
          return bodies.storeValueBody(message.body)
        case 'findNode':
        case 'findPeer':
        case 'findValue':
          return bodies.lookupBody(message.body)
      }
  }
}

/** Reads either layout. Throws `carrier/badMessage`. */
export function decodeMessage(bytes: Uint8Array): Message {
  const refuse = CarrierError.badMessage
  const fields = new Fields(decodeCbor(bytes, refuse), 'the message', refuse)
  const kind = fields.int('y', 0, 0xff)
  const transaction = fields.int('t', -0x8000_0000, 0xffff_ffff)
  if (transaction === 0) throw refuse('the transaction id is 0')
  const version = fields.has('v') ? fields.int('v', -0x8000_0000, 0xffff_ffff) : 0
  const envelope = { transaction, version }
  const method = methodOf(kind & METHOD_MASK)
  switch (kind & TYPE_MASK) {
    case TYPES.request:
      return { type: 'request', ...envelope, ...readRequest(method, fields.raw('q')) }
    case TYPES.response:
      return { type: 'response', ...envelope, ...readResponse(method, fields.raw('r')) }
    case TYPES.error: {
      const body = bodies.readFailure(fields.raw('e'))
      return { type: 'error', ...envelope, method, body }
    }
    default:
      throw refuse(`there is no message type 0x${(kind & TYPE_MASK).toString(16)}`)
  }
}

function methodOf(number: number): Method {
  for (const [name, known] of Object.entries(METHODS)) {
    if (known === number) return name as Method
  }
  throw CarrierError.badMessage(`there is no method ${number}`)
}

function readRequest(method: Method, body: unknown): RequestBody {
  switch (method) {
    case 'ping':
      return { method }
    case 'announcePeer':
      return { method, body: bodies.readAnnouncePeer(body) }
    case 'storeValue':
      return { method, body: bodies.readStoreValue(body) }
    case 'findNode':
    case 'findPeer':
    case 'findValue':
      return { method, body: bodies.readLookup(body) }
  }
}

function readResponse(method: Method, body: unknown): ResponseBody {
  switch (method) {
    case 'ping':
    case 'announcePeer':
    case 'storeValue':
      return { method }
    case 'findNode':
    case 'findPeer':
    case 'findValue':
      return { method, body: bodies.readFound(body) }
  }
}
