/**
 * The module that the engine calls; it calls the DApp. Lines are put in front of it that bring
 * `elaOf`, which makes `env.ELA` of what the engine binds, `dapp`, the DApp's main module, `hosts`,
 * the values of `Host` that it answers to, and `callers`, the origins of other pages that may call it.
 *
 * - Another name that leads here is DNS rebinding: a page of a foreign site would be of one origin
 *   with the DApp.
 * - A request that another page makes is refused, unless it is a link that is followed. Browsers
 *   say so in `Sec-Fetch-Site`; older ones say at least `Origin` when something is sent.
 *
 * It shares its realm with the DApp, which could undo all of it and would harm only itself.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
if (typeof dapp.default?.fetch !== 'function') {
  throw new TypeError('the main module has to `export default { fetch(request, env, ctx) {…} }`')
}

/** How a browser names a page of one of these hosts. */
const origins = new Set([...hosts].map((host) => `http://${host}`))

/**
 * Status that refuses the request, if one does. Reading a header costs about as much as all else here
 * together, so none is read that cannot matter; the engine makes the URL of `Host` alone.
 */
function refusal({ headers, method }) {
  if (!hosts.has(headers.get('host'))) return 421
  const reads = method === 'GET' || method === 'HEAD'
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    if (callers.has(headers.get('origin'))) return undefined
    if (!reads || headers.get('sec-fetch-mode') !== 'navigate') return 403
  }
  if (reads && !headers.has('upgrade')) return undefined
  const origin = headers.get('origin')
  return origin === null || origins.has(origin) || callers.has(origin) ? undefined : 403
}

export default {
  fetch(request, env, ctx) {
    const status = refusal(request)
    if (status !== undefined) return new Response(`${status}\n`, { status })
    // Anew each time: it counts the calls of one request.
    return dapp.default.fetch(request, { ...env, ELA: elaOf(env.ELA) }, ctx)
  },
}
