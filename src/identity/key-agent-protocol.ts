/**
 * How an unlocked key is asked for: one JSON line each way over a socket that only its owner can
 * reach (folder 0700, socket 0600; Node cannot ask who is at the other end, the permissions can).
 *
 *     → {"op":"open","digest":"…"}   ← {"secret":"<base64>"} or {} when it is the key of another file
 *     → {"op":"state"}               ← {"name":"…","until":<ms since 1970>}
 *     → {"op":"lock"}                ← {"locked":true}, and the agent is gone
 *
 * One agent holds one key. Its socket is named for keystore and key, so nobody has to keep a list.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Keystore } from './keystore.ts'

/** What the agent is started with: one JSON line on its stdin, never an argument. */
export interface AgentOrder {
  readonly name: string
  readonly digest: string
  /** base64 */
  readonly secret: string
  /** Milliseconds since 1970. */
  readonly until: number
}

export type AgentRequest =
  | { readonly op: 'open'; readonly digest: string }
  | { readonly op: 'state' }
  | { readonly op: 'lock' }

export interface AgentReply {
  readonly secret?: string
  readonly name?: string
  readonly until?: number
  readonly locked?: boolean
}

export const MAX_LINE_BYTES = 4096
/** The line an agent prints once it listens. */
export const LISTENING = 'listening'

export function socketOf(name: string, { folder, runFolder }: Keystore): string {
  const id = createHash('sha256').update(`${folder}\0${name}`).digest('hex').slice(0, 16)
  return path.join(runFolder, `key-${id}.sock`)
}
