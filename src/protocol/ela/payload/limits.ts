/** Field sizes that several payloads share. @see Elastos.ELA crypto/common.go, crypto/crypto.go */
import { varBytes, varString } from '../var-uint.ts'

/** Content of coinbase and record, signature of a side chain's proof of work. */
export const MAX_CONTENT_BYTES = 1024 * 1024
export const MAX_MULTISIG_CODE_BYTES = 34_003
export const MAX_SIGNATURE_SCRIPT_BYTES = 64_001
export const PUBLIC_KEY_BYTES = 33
export const STANDARD_CODE_BYTES = 35
export const SIGNATURE_BYTES = 64
/** The largest block body and header any network allows, as pact.go has them. */
export const MAX_BLOCK_BYTES = 8_000_000
export const MAX_BLOCK_HEADER_BYTES = 1_000_000

export const text = varString()
export const publicKey = varBytes(PUBLIC_KEY_BYTES, 'A public key')
export const signature = varBytes(SIGNATURE_BYTES, 'A signature')
export const signatureScript = varBytes(MAX_SIGNATURE_SCRIPT_BYTES, 'A signature')
/** A public key, or the code of a multisig or Schnorr owner. */
export const keyOrCode = varBytes(MAX_MULTISIG_CODE_BYTES, 'A key or code')
