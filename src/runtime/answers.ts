/** Whether a service answers. */
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { LOOPBACK } from '../base/loopback-server.ts'

const ASK_EVERY_MS = 4
const ASK_LESS_OFTEN_AFTER = 100
const ASK_RARELY_EVERY_MS = 100

/** Resolves with true at the first HTTP answer of whatever status, with false when aborted. */
export async function untilAnswers(port: number, signal: AbortSignal): Promise<boolean> {
  for (let asked = 0; !signal.aborted; asked += 1) {
    if (await answers(port, signal)) return true
    const pause = asked < ASK_LESS_OFTEN_AFTER ? ASK_EVERY_MS : ASK_RARELY_EVERY_MS
    await delay(pause, undefined, { signal }).catch(() => undefined)
  }
  return false
}

function answers(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    // No shared agent: a kept connection would hold up the service's own graceful end.
    const asked = request({ host: LOOPBACK, port, method: 'HEAD', path: '/', agent: false, signal })
    asked.on('response', (response) => {
      response.resume()
      response.on('error', () => undefined)
      resolve(true)
    })
    // Something listens and speaks another protocol: it is up, which is all that is asked.
    asked.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code?.startsWith('HPE_') === true)
    })
    asked.end()
  })
}
