/**
 * The module that the engine calls; it calls the DApp. Three lines are put in front of it, which
 * bring `elaOf`, which makes `env.ELA` of what the engine binds, `dapp`, the DApp's main module, and
 * `hosts`, the values of `Host` that it answers to.
 *
 * - Another name that leads here is DNS rebinding: a page of a foreign site would be of one origin
 *   with the DApp.
 * - A request that a foreign page makes is refused, unless it is a link that is followed. Browsers
 *   say so in `Sec-Fetch-Site`; older ones say at least `Origin` when something is sent.
 *
 * It shares its realm with the DApp, which could undo all of it and would harm only itself.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
if (typeof dapp.default?.fetch !== 'function') {
  throw new TypeError('the main module has to `export default { fetch(request, env, ctx) {…} }`')
}

const READS = new Set(['GET', 'HEAD'])

function refusal(request) {
  const { headers, method } = request
  if (!hosts.has(headers.get('host')) || !hosts.has(new URL(request.url).host)) return 421
  const reads = READS.has(method)
  const site = headers.get('sec-fetch-site') ?? 'none'
  const isFollowed = reads && headers.get('sec-fetch-mode') === 'navigate'
  if (site !== 'same-origin' && site !== 'none' && !isFollowed) return 403
  const origin = headers.get('origin')
  if (origin === null || (reads && !headers.has('upgrade'))) return undefined
  return originHosts.has(origin) ? undefined : 403
}

const originHosts = new Set([...hosts].map((host) => `http://${host}`))

export default {
  fetch(request, env, ctx) {
    const status = refusal(request)
    if (status !== undefined) return new Response(`${status}\n`, { status })
    return dapp.default.fetch(request, { ...env, ELA: elaOf(env.ELA) }, ctx)
  },
}
