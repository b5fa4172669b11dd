/**
 * `.ela/wallet.json`: what the wallet of a devnet keeps between intents: credentials it was given,
 * networks and tokens it was told of. No key is in it.
 */
import { readFileSync } from 'node:fs'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../../base/errors.ts'
import type { Json } from '../../protocol/did/canonical-json.ts'
import { type Credential, wholeCredentialText } from '../../protocol/did/credential.ts'
import { readCredential } from '../../protocol/did/credential-form.ts'
import { IntentError } from './errors.ts'

export interface AddedNetwork {
  readonly key: string
  readonly chainId: number
  readonly name: string
  readonly rpcUrl: string
  readonly symbol: string
}

export interface AddedToken {
  readonly address: string
  readonly symbol: string
  readonly decimals: number
}

export interface Box {
  /** Of every account of the wallet. */
  readonly credentials: readonly Credential[]
  readonly networks: readonly AddedNetwork[]
  readonly tokens: readonly AddedToken[]
}

const SCHEMA = 'ela/wallet@1'
const OWNER_ONLY = 0o600
const EMPTY: Box = { credentials: [], networks: [], tokens: [] }

/** Empty without a file. Throws `intent/boxUnreadable`. */
export function readBox(file: string): Box {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return EMPTY
    throw IntentError.boxUnreadable(file, messageOf(error))
  }
  try {
    return parseBox(JSON.parse(text))
  } catch (error) {
    throw IntentError.boxUnreadable(file, messageOf(error))
  }
}

function parseBox(value: unknown): Box {
  const { schema, credentials, networks, tokens } = (value ?? {}) as Record<string, unknown>
  if (schema !== SCHEMA) throw new TypeError(`its schema is ${JSON.stringify(schema)}`)
  const listed = [credentials, networks, tokens]
  if (!listed.every(Array.isArray))
    throw new TypeError('credentials, networks or tokens is no list')
  return {
    credentials: (credentials as readonly Json[]).map((one) => readCredential(one)),
    networks: networks as readonly AddedNetwork[],
    tokens: tokens as readonly AddedToken[],
  }
}

export function writeBox(file: string, { credentials, networks, tokens }: Box): void {
  const kept = credentials.map((one) => JSON.parse(wholeCredentialText(one)) as Json)
  const value = { schema: SCHEMA, credentials: kept, networks, tokens }
  writeFileAtomic(file, `${JSON.stringify(value, undefined, 2)}\n`, OWNER_ONLY)
}

/** Replaces credentials of the same id and adds the others. */
export function keepCredentials(file: string, added: readonly Credential[]): void {
  const box = readBox(file)
  const ids = new Set(added.map(({ id }) => id))
  const kept = box.credentials.filter(({ id }) => !ids.has(id))
  writeBox(file, { ...box, credentials: [...kept, ...added] })
}

/** Forgets credentials and returns the ids of those that were there. */
export function dropCredentials(file: string, ids: ReadonlySet<string>): readonly string[] {
  const box = readBox(file)
  const gone = box.credentials.filter(({ id }) => ids.has(id)).map(({ id }) => id)
  if (gone.length > 0) {
    writeBox(file, { ...box, credentials: box.credentials.filter(({ id }) => !ids.has(id)) })
  }
  return gone
}
