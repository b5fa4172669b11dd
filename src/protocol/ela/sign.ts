/** Programs: the signatures that let a transaction spend. */
import { concatBytes, equalBytes } from '../../base/bytes-text.ts'
import { ChainError } from './errors.ts'
import { sha256, sha256d } from './hash.ts'
import { publicKeyOf, verifySignature } from './keys.ts'
import { parseSignatures, sortedPrograms } from './program.ts'
import { aggregateKeys, signSchnorr } from './schnorr.ts'
import { parseCode, schnorrCode, standardCode } from './script.ts'
import { signDigest } from './sign-digest.ts'
import { type Program, type Transaction, unsignedBytes } from './transaction.ts'

const PUSH_SIGNATURE = 0x40

/**
 * Adds the program of each key's standard address; a program that is there for the same address is
 * replaced. Throws `protocol/badPrivateKey`.
 */
export function signTransaction(
  transaction: Transaction,
  privateKeys: readonly Uint8Array[],
): Transaction {
  const digest = sha256(unsignedBytes(transaction))
  return privateKeys.reduce((signed, privateKey) => {
    const parameter = pushed(signDigest(digest, privateKey))
    return withProgram(signed, { parameter, code: standardCode(publicKeyOf(privateKey)) })
  }, transaction)
}

/**
 * Adds signatures of some owners to the program of a multisig or arbiter code. Those it has are
 * kept, and nobody signs twice, so that owners can sign one after the other.
 * Throws `protocol/notASigner`, `protocol/badMultisig`.
 */
export function signMultisig(
  transaction: Transaction,
  code: Uint8Array,
  privateKeys: readonly Uint8Array[],
): Transaction {
  const parsed = parseCode(code)
  if (parsed === undefined || !('publicKeys' in parsed)) {
    throw ChainError.badMultisig('it is not made of several keys')
  }
  const message = unsignedBytes(transaction)
  const digest = sha256(message)
  const signatures = signaturesOf(transaction, code)
  for (const privateKey of privateKeys) {
    const publicKey = publicKeyOf(privateKey)
    if (!parsed.publicKeys.some((key) => equalBytes(key, publicKey))) throw ChainError.notASigner()
    const hasSigned = signatures.some((one) => verifySignature(publicKey, message, one))
    if (!hasSigned) signatures.push(signDigest(digest, privateKey))
  }
  return withProgram(transaction, { parameter: concatBytes(...signatures.map(pushed)), code })
}

/** Adds the program of the Schnorr address that the keys have together. */
export function signWithSchnorr(
  transaction: Transaction,
  privateKeys: readonly Uint8Array[],
): Transaction {
  const code = schnorrCode(aggregateKeys(privateKeys.map(publicKeyOf)))
  const parameter = signSchnorr(sha256d(unsignedBytes(transaction)), privateKeys)
  return withProgram(transaction, { parameter, code })
}

function signaturesOf(transaction: Transaction, code: Uint8Array): Uint8Array[] {
  const program = transaction.programs.find((one) => equalBytes(one.code, code))
  return program === undefined ? [] : [...(parseSignatures(program.parameter) ?? [])]
}

function withProgram(transaction: Transaction, program: Program): Transaction {
  const others = transaction.programs.filter((one) => !equalBytes(one.code, program.code))
  return { ...transaction, programs: sortedPrograms([...others, program]) }
}

function pushed(signature: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PUSH_SIGNATURE), signature)
}
