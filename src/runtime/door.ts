/** How another `ela` of the same user asks a running DApp what it is doing, and stops it. */
import { createServer, request, type Server } from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from '../base/printer.ts'
import type { InstanceStatus } from './instance-status.ts'

const DOOR = 'door'
const ANSWER_WITHIN_MS = 2_000
const LONGEST_ANSWER = 1 << 20

export interface Door {
  close(): Promise<void>
}

/** @param folder the run folder, which only its user may enter */
export async function openDoor(
  folder: string,
  status: () => InstanceStatus,
  onStop: () => void,
): Promise<Door> {
  const server: Server = createServer((asked, response) => {
    asked.resume()
    const body = stringify(status())
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' })
    response.end(body)
    if (asked.method === 'POST' && asked.url === '/stop') onStop()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path.join(folder, DOOR), resolve)
  })
  return {
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // The answer to whoever stopped us may be on its way.
      await Promise.race([closed, delay(100, undefined, { ref: false })])
      server.closeAllConnections()
      await closed
    },
  }
}

/** What the DApp in a run folder says of itself; `undefined` when it does not answer. */
export function askDoor(folder: string): Promise<InstanceStatus | undefined> {
  return ask(folder, 'GET', '/')
}

/** Asks it to end; `undefined` when it does not answer. */
export function askToStop(folder: string): Promise<InstanceStatus | undefined> {
  return ask(folder, 'POST', '/stop')
}

function ask(folder: string, method: string, url: string): Promise<InstanceStatus | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { socketPath: path.join(folder, DOOR), method, path: url, timeout: ANSWER_WITHIN_MS },
      (response) => {
        const parts: Buffer[] = []
        let length = 0
        response.on('data', (part: Buffer) => {
          length += part.length
          if (length > LONGEST_ANSWER) response.destroy()
          else parts.push(part)
        })
        response.on('error', () => resolve(undefined))
        response.on('close', () => resolve(parse(Buffer.concat(parts).toString())))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

function parse(text: string): InstanceStatus | undefined {
  try {
    const value = JSON.parse(text) as InstanceStatus
    return value.schema === 'ela/instance@1' ? value : undefined
  } catch {
    return undefined
  }
}
