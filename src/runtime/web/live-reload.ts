/** Pages that follow their files: a script in every page, and a stream that tells it of changes. */
import type { ServerResponse } from 'node:http'

export const LIVE_SCRIPT_PATH = '/__ela/live.js'
export const LIVE_EVENTS_PATH = '/__ela/events'
const TAG = Buffer.from(`<script src="${LIVE_SCRIPT_PATH}"></script>`)

/**
 * A change of style sheets alone replaces them in place; any other change loads the page anew. The
 * page's scroll place is kept by the browser. After a restart of the server it reloads as well.
 */
export const LIVE_SCRIPT = `'use strict'
;(() => {
  const source = new EventSource('${LIVE_EVENTS_PATH}')
  let generation
  source.addEventListener('hello', ({ data }) => {
    if (generation !== undefined && generation !== data) location.reload()
    generation = data
  })
  source.addEventListener('change', ({ data }) => {
    const { styles } = JSON.parse(data)
    if (!styles) return location.reload()
    for (const link of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const url = new URL(link.href)
      if (url.origin !== location.origin) continue
      url.searchParams.set('ela-change', Date.now())
      const fresh = link.cloneNode()
      fresh.href = url
      fresh.addEventListener('load', () => link.remove())
      link.after(fresh)
    }
  })
})()
`

/**
 * The page with the live script as the last element of its head, or at its end when it has none.
 * The script comes from the page's own origin, so a policy of `script-src 'self'` lets it in, and
 * a stricter one keeps it out: the policy is the page's to decide.
 */
export function withLiveScript(page: Buffer): Buffer {
  const text = page.toString('latin1')
  const head = /<\/head\s*>/i.exec(text)
  const at = head?.index ?? /<\/body\s*>/i.exec(text)?.index ?? page.length
  return Buffer.concat([page.subarray(0, at), TAG, page.subarray(at)])
}

/** The pages that listen now. */
export class LivePages {
  readonly #pages = new Set<ServerResponse>()
  readonly #generation = `${process.pid}-${Date.now()}`

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(`retry: 300\nevent: hello\ndata: ${this.#generation}\n\n`)
    this.#pages.add(response)
    response.on('close', () => this.#pages.delete(response))
  }

  tell(files: readonly string[]): void {
    const styles = files.every((file) => file.endsWith('.css'))
    const told = `event: change\ndata: ${JSON.stringify({ styles })}\n\n`
    for (const page of this.#pages) page.write(told)
  }
}
