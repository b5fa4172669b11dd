/**
 * Wallet files of Ethereum tools (Web3 Secret Storage, version 3), for keys of ESC and EID.
 *
 *     key    = scrypt or PBKDF2 of the password in UTF-8, 32 bytes
 *     secret = AES-128-CTR(private key, first half of key, iv)
 *     mac    = keccak256(second half of key || secret)
 *
 * scrypt has no value for n ≥ 2^(16 r) (RFC 7914); a few files of early tools have, and are refused.
 *
 * @see ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage
 */
import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { concatBytes, fromHex, toHex } from '../base/bytes-text.ts'
import { keccak256 } from '../protocol/evm/keccak.ts'
import { evmAccount } from './accounts.ts'
import { isPrivateKey } from './derive.ts'
import { KeyError } from './key-errors.ts'

/** As geth writes them: 256 MiB, a second. */
const COST = { n: 2 ** 18, r: 8, p: 1 }
/** A file that asks for more would hold the machine for minutes. */
const MAX_MEMORY = 2 ** 29
const MAX_WORK = 2 ** 26
const MAX_ROUNDS = 10_000_000

type Fields = Readonly<Record<string, unknown>>

export function looksLikeWeb3(text: string): boolean {
  return /"crypto"\s*:\s*\{/i.test(text)
}

/** The private key in a file. Throws `keys/notAKey` and `keys/walletPassword`. */
export async function openWeb3(text: string, password: string): Promise<Uint8Array> {
  const file = fieldsOf(parsed(text))
  // Old tools write `Crypto`.
  const crypto = fieldsOf(file['crypto'] ?? file['Crypto'])
  if (file['version'] !== 3 || crypto['cipher'] !== 'aes-128-ctr') throw unreadable()
  const secret = bytesOf(crypto['ciphertext'])
  const iv = bytesOf(fieldsOf(crypto['cipherparams'])['iv'])
  const mac = bytesOf(crypto['mac'])
  if (secret.length !== 32 || iv.length !== 16 || mac.length !== 32) throw unreadable()
  const key = await stretched(String(crypto['kdf']), fieldsOf(crypto['kdfparams']), password)
  if (!timingSafeEqual(mac, macOf(key, secret))) throw KeyError.walletPassword()
  const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  const privateKey = new Uint8Array(Buffer.concat([decipher.update(secret), decipher.final()]))
  if (!isPrivateKey('secp256k1', privateKey)) throw unreadable()
  return privateKey
}

/** @param cost tests make it small */
export async function sealWeb3(
  privateKey: Uint8Array,
  password: string,
  cost = COST,
): Promise<string> {
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const { n, r, p } = cost
  const kdfparams = { dklen: 32, n, p, r, salt: toHex(salt) }
  const key = await stretched('scrypt', kdfparams, password)
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  const secret = Buffer.concat([cipher.update(privateKey), cipher.final()])
  const crypto = {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: toHex(iv) },
    ciphertext: toHex(secret),
    kdf: 'scrypt',
    kdfparams,
    mac: toHex(macOf(key, secret)),
  }
  const address = evmAccount(privateKey).address.slice(2).toLowerCase()
  return JSON.stringify({ address, crypto, id: randomUUID(), version: 3 })
}

async function stretched(kdf: string, params: Fields, password: string): Promise<Buffer> {
  const salt = bytesOf(params['salt'])
  const { n, r, p, c, dklen, prf } = params
  if (dklen !== 32) throw unreadable()
  if (kdf === 'pbkdf2' && prf === 'hmac-sha256' && isCount(c) && c <= MAX_ROUNDS) {
    return promisify(pbkdf2)(password, salt, c, 32, 'sha256')
  }
  if (kdf !== 'scrypt' || !isCount(n) || !isCount(r) || !isCount(p)) throw unreadable()
  const isPower = n > 1 && Number.isInteger(Math.log2(n))
  if (!isPower || 128 * n * r > MAX_MEMORY || n * r * p > MAX_WORK || n >= 2 ** (16 * r)) {
    throw unreadable()
  }
  const options = { N: n, r, p, maxmem: 2 ** 20 + 128 * r * (2 * n + 2 * p) }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function macOf(key: Uint8Array, secret: Uint8Array): Uint8Array {
  return keccak256(concatBytes(key.subarray(16, 32), secret))
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable()
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  return value as Fields
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^([0-9a-fA-F]{2}){1,64}$/.test(value)) throw unreadable()
  return fromHex(value)
}

function unreadable() {
  return KeyError.notAKey('a wallet file of Ethereum tools (version 3) that can be read')
}
