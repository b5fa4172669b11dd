/**
 * Whether the programs of a transaction unlock the coins it spends.
 *
 * @see Elastos.ELA blockchain/validation.go RunPrograms, crypto/crypto.go
 */
import { equalBytes, toHex } from '../../base/bytes-text.ts'
import { Prefix } from '../../protocol/ela/address.ts'
import { hash160, sha256d } from '../../protocol/ela/hash.ts'
import { verifySignature } from '../../protocol/ela/keys.ts'
import {
  AttributeUsage,
  type Program,
  type Transaction,
  unsignedBytes,
} from '../../protocol/ela/transaction.ts'
import type { Coin } from './coins.ts'
import { refuse } from './refusal.ts'
import { verifySchnorr } from './schnorr-gate.ts'

const PROGRAM_HASH_BYTES = 21
/** Length byte and signature. */
const SIGNATURE_SCRIPT_BYTES = 65
const KEY_SCRIPT_BYTES = 34
const MIN_MULTISIG_CODE_BYTES = 71
const PUSH1 = 0x51
const CHECK_SIG = 0xac
const CHECK_MULTISIG = 0xae
const CHECK_CROSS_CHAIN = 0xaf

/** Throws a `TransactionRefusal` with reason `signature`. */
export function checkPrograms(transaction: Transaction, coins: readonly Coin[]): void {
  const owners = ownersOf(transaction, coins)
  const { programs } = transaction
  if (owners.length !== programs.length) {
    throw refuse('signature', 'the number of data hashes is different with number of programs')
  }
  const message = unsignedBytes(transaction)
  const sortedOwners = owners.sort((a, b) => compareFromEnd(a.subarray(1), b.subarray(1)))
  const sortedPrograms = programs
    .map((program) => ({ program, codeHash: hash160(program.code) }))
    .sort((a, b) => compareFromEnd(a.codeHash, b.codeHash))
  for (const [position, { program, codeHash }] of sortedPrograms.entries()) {
    const owner = sortedOwners[position] ?? new Uint8Array(PROGRAM_HASH_BYTES)
    checkProgram(program, { owner, codeHash, message })
  }
}

/** Whoever must agree: the owners of the coins and whom `script` attributes name, each once. */
function ownersOf({ attributes }: Transaction, coins: readonly Coin[]): Uint8Array[] {
  const named = attributes.filter(({ usage }) => usage === AttributeUsage.script)
  if (named.some(({ data }) => data.length !== PROGRAM_HASH_BYTES)) {
    throw refuse('signature', '[BaseTransaction], GetProgramHashes err')
  }
  const all = [...coins.map(({ output }) => output.programHash), ...named.map(({ data }) => data)]
  return [...new Map(all.map((owner) => [toHex(owner), owner])).values()]
}

/** Compares as little-endian numbers: the last byte counts most. */
function compareFromEnd(a: Uint8Array, b: Uint8Array): number {
  for (let at = a.length - 1; at >= 0; at -= 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function checkProgram(
  program: Program,
  {
    owner,
    codeHash,
    message,
  }: {
    readonly owner: Uint8Array
    readonly codeHash: Uint8Array
    readonly message: Uint8Array
  },
): void {
  const prefix = owner[0]
  if (prefix === Prefix.crossChain) {
    // The code of these is the arbiters', not the address's: which arbiters may sign is a rule of
    // the transaction type (see validate-cross-chain).
    checkMultisig(program, message, CHECK_CROSS_CHAIN)
    return
  }
  if (!equalBytes(owner.subarray(1), codeHash)) {
    throw refuse('signature', 'the data hashes is different with corresponding program code')
  }
  if (prefix === Prefix.multisig) {
    checkMultisig(program, message, CHECK_MULTISIG)
  } else if (prefix !== Prefix.standard && prefix !== Prefix.deposit) {
    throw refuse('signature', 'unknown signature type')
  } else if (isSchnorr(program.code)) {
    checkSchnorr(program, sha256d(message))
  } else if (isStandard(program.code)) {
    checkStandard(program, message)
  } else {
    checkMultisig(program, message, CHECK_MULTISIG)
  }
}

function isStandard(code: Uint8Array): boolean {
  return code.length === 35 && code[0] === 33 && code[34] === CHECK_SIG
}

function isSchnorr(code: Uint8Array): boolean {
  return code.length === 35 && code[0] === PUSH1 && code[1] === 33
}

function checkStandard({ code, parameter }: Program, message: Uint8Array): void {
  if (parameter.length !== SIGNATURE_SCRIPT_BYTES) {
    throw refuse('signature', 'invalid signature length')
  }
  if (!verifySignature(code.subarray(1, 34), message, parameter.subarray(1))) {
    throw refuse('signature', '[Validation], Verify failed.')
  }
}

function checkSchnorr({ code, parameter }: Program, message: Uint8Array): void {
  if (parameter.length !== 64 || !verifySchnorr(code.subarray(2), message, parameter)) {
    throw refuse('signature', 'check schnorr signature failed:signature verification failed')
  }
}

/** m of n signatures, each of another key. */
function checkMultisig({ code, parameter }: Program, message: Uint8Array, last: number): void {
  if (code.length < MIN_MULTISIG_CODE_BYTES || code.at(-1) !== last) {
    throw refuse('signature', 'not a valid multi sign transaction code, length not enough')
  }
  const m = (code[0] ?? 0) - PUSH1 + 1
  const n = (code.at(-2) ?? 0) - PUSH1 + 1
  if (m < 1 || m > n) throw refuse('signature', 'invalid multi sign script code')
  const keys = keysIn(code)
  if (keys.length !== n) {
    throw refuse('signature', 'invalid multi sign public key script count')
  }
  const count = parameter.length / SIGNATURE_SCRIPT_BYTES
  if (!Number.isInteger(count)) {
    throw refuse('signature', 'invalid multi sign signatures, length not match')
  }
  if (count < m) throw refuse('signature', 'invalid signatures, not enough signatures')
  if (count > n) throw refuse('signature', 'invalid signatures, too many signatures')
  const signed = new Set<string>()
  for (let at = 0; at < parameter.length; at += SIGNATURE_SCRIPT_BYTES) {
    const signature = parameter.subarray(at + 1, at + SIGNATURE_SCRIPT_BYTES)
    const key = keys.find((candidate) => verifySignature(candidate, message, signature))
    if (key === undefined) continue
    if (signed.has(toHex(key))) throw refuse('signature', 'duplicated signatures')
    signed.add(toHex(key))
  }
  if (signed.size < m) throw refuse('signature', 'matched signatures not enough')
}

/** The public keys (33 bytes each) in a multisig or arbiter code. */
export function keysIn(code: Uint8Array): readonly Uint8Array[] {
  const scripts = code.subarray(1, -2)
  if (scripts.length % KEY_SCRIPT_BYTES !== 0) {
    throw refuse('signature', 'not a valid transaction code, length not match')
  }
  const keys: Uint8Array[] = []
  for (let at = 0; at < scripts.length; at += KEY_SCRIPT_BYTES) {
    keys.push(scripts.subarray(at + 1, at + KEY_SCRIPT_BYTES))
  }
  return keys
}

/** How many signatures an arbiter code asks for, and its keys; `undefined` for other codes. */
export function arbiterCode(
  code: Uint8Array,
): { readonly m: number; readonly keys: readonly Uint8Array[] } | undefined {
  if (code.length < MIN_MULTISIG_CODE_BYTES || code.at(-1) !== CHECK_CROSS_CHAIN) return undefined
  return { m: (code[0] ?? 0) - PUSH1 + 1, keys: keysIn(code) }
}
