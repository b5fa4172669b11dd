/** `.ela/wallet-server.json`: how commands find the wallet that serves, and talk to it. */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { IntentError } from './errors.ts'

export interface ServerPlace {
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly account: string
}

const SCHEMA = 'ela/wallet-server@1'
const OWNER_ONLY = 0o600
const ANSWER_MS = 5000

export function serverFile(project: string): string {
  return path.join(project, '.ela', 'wallet-server.json')
}

/** Readable by the owner alone: the token is in it. */
export function writeServerFile(file: string, place: ServerPlace): void {
  writeFileAtomic(
    file,
    `${JSON.stringify({ schema: SCHEMA, ...place }, undefined, 2)}\n`,
    OWNER_ONLY,
  )
}

export function removeServerFile(file: string): void {
  rmSync(file, { force: true })
}

/** The wallet that serves here, if it answers. */
export async function findServer(file: string): Promise<ServerPlace | undefined> {
  const place = readPlace(file)
  if (place === undefined) return undefined
  try {
    await ask(place, '/intents')
    return place
  } catch {
    // The process is gone, or the port is somebody else's by now.
    return undefined
  }
}

/** Throws `intent/noServer`. */
export async function needServer(file: string): Promise<ServerPlace> {
  const place = await findServer(file)
  if (place === undefined) throw IntentError.noServer()
  return place
}

/**
 * Asks the server something that needs the token.
 * Throws `intent/noServer` when it does not answer, and `intent/unknownId`.
 */
export async function ask(place: ServerPlace, route: string, body?: object): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(place.url + route, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch {
    throw IntentError.noServer()
  }
  const value: unknown = await response.json().catch(() => undefined)
  if (response.ok) return value
  const { error } = (value ?? {}) as { error?: { code?: unknown } }
  if (error?.code === 'intent/unknownId') {
    throw IntentError.unknownId(String((body as { id?: unknown } | undefined)?.id))
  }
  throw IntentError.noServer()
}

function readPlace(file: string): ServerPlace | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<ServerPlace> & {
      schema?: string
    }
    const { schema, url, token, pid, account } = value
    if (schema !== SCHEMA || typeof url !== 'string' || typeof token !== 'string') return undefined
    if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) return undefined
    return { url, token, pid: Number(pid), account: String(account) }
  } catch {
    return undefined
  }
}
