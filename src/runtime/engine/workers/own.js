/**
 * Our own worker beside the DApp. It has two entries, because each worker costs time and memory.
 *
 * The first is where everything goes that a DApp sends to the network by itself, and answers nobody.
 * It has no `connect`, or the engine would tell a DApp that a raw connection was opened before it
 * fails.
 */
export default {
  fetch() {
    throw new TypeError('network access is not available to DApps: use env.ELA')
  },
}

const NONCE = /^[0-9a-f]{32,128}$/

/**
 * The other answers only us, on a socket of its own: `/ping` shows that the process still takes
 * turns, and `/sign?nonce=…` that it is the process that was given the instance's key. The key cannot
 * be read, only used, and what it signs always begins with the instance's id.
 */
export const health = {
  async fetch(request, { KEY, INSTANCE }) {
    const url = new URL(request.url)
    if (url.pathname === '/ping') return new Response('ok')
    const nonce = url.searchParams.get('nonce') ?? ''
    if (url.pathname !== '/sign' || !NONCE.test(nonce)) return new Response('', { status: 404 })
    const text = new TextEncoder().encode(`ela-instance/1\n${INSTANCE}\n${nonce}`)
    return new Response(await crypto.subtle.sign('Ed25519', KEY, text))
  },
}
