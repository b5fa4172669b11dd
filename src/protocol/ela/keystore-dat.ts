/**
 * Wallet files of the Go wallet (`keystore.dat`), for import only: the password is hashed twice and
 * not stretched, so the format protects little.
 *
 *     K           sha256d(password)
 *     check       PasswordHash = sha256(K)
 *     master key  AES-256-CBC⁻¹(MasterKey, key K, IV), no padding
 *     key blob    AES-256-CBC⁻¹(PrivateKeyEncrypted, key master key, the same IV): X 32, Y 32, key 32
 *
 * @see Elastos.ELA account/client.go, account/fileStore.go, crypto/aes.go
 */
import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { equalBytes, fromHex } from '../../base/bytes-text.ts'
import { addressOf, programHashOf } from './address.ts'
import { ChainError } from './errors.ts'
import { sha256, sha256d } from './hash.ts'
import { publicKeyOf } from './keys.ts'
import { parseCode } from './script.ts'

export interface KeystoreDatAccount {
  readonly address: string
  readonly isMain: boolean
  /** The code the address is made of. */
  readonly code: Uint8Array
  /** Absent for multisig addresses, which only watch. */
  readonly privateKey?: Uint8Array
}

const VERSION = '1.0.0'
const MASTER_KEY_BYTES = 32
const BLOB_BYTES = 96
const KEY_OFFSET = 64

/**
 * The accounts of a wallet file. Throws `protocol/badKeystore`, `protocol/wrongPassword`.
 *
 * @param text the JSON of the file
 */
export function openKeystoreDat(text: string, password: string): readonly KeystoreDatAccount[] {
  const file = parseObject(text)
  if (file['Version'] !== VERSION) {
    throw ChainError.badKeystore(`its version is \`${file['Version']}\`, not ${VERSION}`)
  }
  const passwordKey = sha256d(Buffer.from(password, 'utf8'))
  const check = hexField(file, 'PasswordHash', 32)
  if (!timingSafeEqual(check, sha256(passwordKey))) throw ChainError.wrongPassword()
  const iv = hexField(file, 'IV', 16)
  const masterKey = decrypt(hexField(file, 'MasterKey', MASTER_KEY_BYTES), passwordKey, iv)
  const accounts = file['Account']
  if (!Array.isArray(accounts)) throw ChainError.badKeystore('it has no list `Account`')
  return accounts.map((account) => openAccount(asObject(account), masterKey, iv))
}

function openAccount(fields: Fields, masterKey: Uint8Array, iv: Uint8Array): KeystoreDatAccount {
  const code = hexField(fields, 'RedeemScript')
  const programHash = hexField(fields, 'ProgramHash', 21)
  const address = addressOf(programHash)
  if (!equalBytes(programHashOf(code, programHash[0] ?? 0), programHash)) {
    throw ChainError.badKeystore(`the script of ${address} is another address's`)
  }
  if (fields['Address'] !== address) {
    throw ChainError.badKeystore(`${address} is listed as ${fields['Address']}`)
  }
  const account = { address, code, isMain: fields['Type'] === 'main-account' }
  if ((fields['PrivateKeyEncrypted'] ?? '') === '') return account
  const blob = decrypt(hexField(fields, 'PrivateKeyEncrypted', BLOB_BYTES), masterKey, iv)
  const privateKey = blob.slice(KEY_OFFSET)
  const parsed = parseCode(code)
  if (parsed !== undefined && 'publicKey' in parsed) {
    const isOwner = equalBytes(publicKeyOf(privateKey), parsed.publicKey)
    if (!isOwner) throw ChainError.badKeystore(`the private key is not that of ${address}`)
  }
  return { ...account, privateKey }
}

function decrypt(bytes: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  return new Uint8Array(Buffer.concat([decipher.update(bytes), decipher.final()]))
}

type Fields = Readonly<Record<string, unknown>>

function parseObject(text: string): Fields {
  try {
    return asObject(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw ChainError.badKeystore('it is not JSON')
    throw error
  }
}

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw ChainError.badKeystore('it has something else where an object belongs')
  }
  return value as Fields
}

function hexField(fields: Fields, name: string, length?: number): Uint8Array {
  const value = fields[name]
  if (typeof value !== 'string' || !/^([0-9a-fA-F]{2})+$/.test(value)) {
    throw ChainError.badKeystore(`its field \`${name}\` is not hexadecimal`)
  }
  const bytes = fromHex(value)
  if (length !== undefined && bytes.length !== length) {
    throw ChainError.badKeystore(`its field \`${name}\` has ${bytes.length} bytes, not ${length}`)
  }
  return bytes
}
