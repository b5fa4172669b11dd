/**
 * The seed of this machine's own DIDs, for devices and services: made here once, never shown, never
 * exported. On another machine the same name would be another DID.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { ElaError } from '../base/errors.ts'
import { DidUseError } from './did-errors.ts'
import { createPrivateFile, privateFolder, readPrivateFile } from './private-file.ts'

const SEED_BYTES = 64
const MAX_FILE_BYTES = 1024

/** Where the seed is: beside the keystore. */
export function machineKeyFile(keystoreFolder: string): string {
  return path.join(path.dirname(keystoreFolder), 'machine', 'seed')
}

/** Made at the first call. Throws `did/machineKeyUnreadable` and what private files do. */
export function machineSeed(file: string): Uint8Array {
  const found = readPrivateFile(file, MAX_FILE_BYTES)
  if (found !== undefined) return parse(found, file)
  privateFolder(path.dirname(file))
  try {
    createPrivateFile(file, `${randomBytes(SEED_BYTES).toString('hex')}\n`)
  } catch (error) {
    // Two at once: the other's counts.
    if (!(error instanceof ElaError && error.code === 'keys/exists')) throw error
  }
  return parse(readPrivateFile(file, MAX_FILE_BYTES) ?? '', file)
}

function parse(text: string, file: string): Uint8Array {
  const hex = text.trim()
  if (!/^[0-9a-f]{128}$/.test(hex)) throw DidUseError.machineKeyUnreadable(file)
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
