/**
 * A transaction. All integers little-endian.
 *
 *     [version u8]        only when ≥ 9; a first byte below 9 is already the type
 *     type u8
 *     payload version u8
 *     payload             see payload/
 *     attributes          n × { usage u8, data }
 *     inputs              n × { txid 32, index u16, sequence u32 }
 *     outputs             n × { asset 32, value i64, lock u32, program hash 21,
 *                               [version ≥ 9: output type u8, output payload] }
 *     lock time u32
 *     ---- the id and every signature cover what is above ----
 *     programs            n × { parameter, code }
 *
 * @see Elastos.ELA core/transaction/transaction.go, core/types/common, core/contract/program
 */
import { type Codec, CodecError, encode, type Reader, Writer } from '../codec.ts'
import { fixedBytes, hash32, i64, programHash21, struct, u16, u32 } from './fields.ts'
import { sha256d } from './hash.ts'
import { type OutputPayload, outputPayloadCodec } from './output-payload.ts'
import { type Payload, payloadCodec } from './payload/payload.ts'
import { list, MAX_VAR_STRING_BYTES, varBytes } from './var-uint.ts'

export const AttributeUsage = {
  nonce: 0x00,
  script: 0x20,
  memo: 0x81,
  description: 0x90,
  descriptionUrl: 0x91,
  confirmations: 0x92,
} as const

export interface Attribute {
  readonly usage: number
  readonly data: Uint8Array
}

export interface Input {
  /** Internal order. */
  readonly txid: Uint8Array
  readonly index: number
  readonly sequence: number
}

export interface Output {
  readonly assetId: Uint8Array
  /** In sela; may be negative on the wire. */
  readonly value: bigint
  readonly outputLock: number
  readonly programHash: Uint8Array
  /** 0 in transactions below version 9, which do not carry it. */
  readonly type: number
  readonly payload: OutputPayload
}

export interface Program {
  readonly parameter: Uint8Array
  readonly code: Uint8Array
}

export interface Transaction {
  /** 0, or 9 and above. */
  readonly version: number
  readonly type: number
  readonly payloadVersion: number
  readonly payload: Payload
  readonly attributes: readonly Attribute[]
  readonly inputs: readonly Input[]
  readonly outputs: readonly Output[]
  readonly lockTime: number
  readonly programs: readonly Program[]
}

/** The first version with types above 8 and with output payloads. */
export const TX_VERSION_9 = 9
const MAX_PARAMETER_BYTES = 20_000
const MAX_CODE_BYTES = 10_000

const usages: ReadonlySet<number> = new Set(Object.values(AttributeUsage))

const usage: Codec<number> = {
  write(to, value) {
    to.u8(known(value))
  },
  read: (from) => known(from.u8()),
}

function known(value: number): number {
  if (!usages.has(value)) {
    throw CodecError.malformed(`The attribute usage 0x${value.toString(16)} does not exist`)
  }
  return value
}

const attributes = list(
  struct<Attribute>({ usage, data: varBytes(MAX_VAR_STRING_BYTES, 'Attribute data') }),
)

export const inputsCodec: Codec<readonly Input[]> = list(
  struct<Input>({ txid: fixedBytes(32, 'A transaction id'), index: u16, sequence: u32 }),
)

const programs = list(
  struct<Program>({
    parameter: varBytes(MAX_PARAMETER_BYTES, 'A program parameter'),
    code: varBytes(MAX_CODE_BYTES, 'A program code'),
  }),
)

type PlainOutput = Omit<Output, 'type' | 'payload'>

const plainOutput = struct<PlainOutput>({
  assetId: hash32,
  value: i64,
  outputLock: u32,
  programHash: programHash21,
})

const outputs0 = list<Output>({
  write(to, output) {
    if (output.type !== 0 || output.payload.kind !== 'none') {
      throw CodecError.malformed('Only outputs of version 9 transactions carry a payload')
    }
    plainOutput.write(to, output)
  },
  read: (from) => ({ ...plainOutput.read(from), type: 0, payload: { kind: 'none' } }),
})

const outputs9 = list<Output>({
  write(to, output) {
    plainOutput.write(to, output)
    to.u8(output.type)
    outputPayloadCodec(output.type).write(to, output.payload)
  },
  read(from) {
    const plain = plainOutput.read(from)
    const type = from.u8()
    return { ...plain, type, payload: outputPayloadCodec(type).read(from) }
  },
})

export const transactionCodec: Codec<Transaction> = {
  write(to, transaction) {
    writeUnsigned(to, transaction)
    programs.write(to, transaction.programs)
  },
  read(from) {
    const { version, type } = readKind(from)
    const payloadVersion = from.u8()
    return {
      version,
      type,
      payloadVersion,
      payload: payloadCodec(type, payloadVersion).read(from),
      attributes: attributes.read(from),
      inputs: inputsCodec.read(from),
      outputs: (version >= TX_VERSION_9 ? outputs9 : outputs0).read(from),
      lockTime: from.u32(),
      programs: programs.read(from),
    }
  },
}

function readKind(from: Reader): { version: number; type: number } {
  const first = from.u8()
  return first >= TX_VERSION_9 ? { version: first, type: from.u8() } : { version: 0, type: first }
}

function writeUnsigned(to: Writer, transaction: Transaction): void {
  const { version, type, payloadVersion } = transaction
  if (version >= TX_VERSION_9) to.u8(version)
  else if (version !== 0)
    throw CodecError.malformed(`The transaction version ${version} does not exist`)
  else if (type >= TX_VERSION_9) {
    throw CodecError.malformed(`A transaction of type ${type} must have version 9`)
  }
  to.u8(type)
  to.u8(payloadVersion)
  payloadCodec(type, payloadVersion).write(to, transaction.payload)
  attributes.write(to, transaction.attributes)
  inputsCodec.write(to, transaction.inputs)
  ;(version >= TX_VERSION_9 ? outputs9 : outputs0).write(to, transaction.outputs)
  to.u32(transaction.lockTime)
}

/** What the id and the signatures cover: everything but the programs. */
export function unsignedBytes(transaction: Transaction): Uint8Array {
  const to = new Writer()
  writeUnsigned(to, transaction)
  return to.bytes()
}

const ids = new WeakMap<Transaction, Uint8Array>()

/** In internal order. Remembered for each transaction object, which must not be changed. */
export function transactionId(transaction: Transaction): Uint8Array {
  let id = ids.get(transaction)
  if (id === undefined) {
    id = sha256d(unsignedBytes(transaction))
    ids.set(transaction, id)
  }
  return id
}

/** Bytes on the wire: what fees per byte and block limits count. */
export function transactionSize(transaction: Transaction): number {
  return encode(transactionCodec, transaction).length
}
