/** Asks the four networks. Every function takes `fetch`, so that tests can hand in their own. */

const WEI_PER_ELA = 10n ** 18n
const didStates = ['registered', 'expired', 'deactivated', 'not registered']

/** What `ela dev` says about itself: nodes, Carrier peers and accounts. */
export async function readSession(fetch) {
  const response = await fetch('/__ela/session.json')
  if (!response.ok) throw new Error('This page is not served by `ela dev`.')
  return response.json()
}

/** Calls one method of a node and returns its result. */
export async function call(fetch, url, method, params = []) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  if (!response.ok) throw new Error(`${method}: status ${response.status}`)
  const { result, error } = await response.json()
  if (error) throw new Error(`${method}: ${error.message}`)
  return result
}

/** The height of a chain: the number of its newest block. */
export async function readHeight(fetch, network, { rpc }) {
  // The main chain counts its blocks, the first of which has number 0.
  if (network === 'mainchain') return (await call(fetch, rpc, 'getblockcount')) - 1
  return Number(await call(fetch, rpc, 'eth_blockNumber'))
}

/** The balance of an account on one network, as text in ELA. */
export async function readBalance(fetch, network, { rpc }, account) {
  if (network === 'mainchain') {
    return trim(await call(fetch, rpc, 'getreceivedbyaddress', { address: account.ela }))
  }
  return formatWei(BigInt(await call(fetch, rpc, 'eth_getBalance', [account.evm, 'latest'])))
}

/** Whether a DID is registered on EID. */
export async function readDidState(fetch, { rpc }, did) {
  const { status } = await call(fetch, rpc, 'did_resolveDID', [{ did }])
  return didStates[status] ?? 'not registered'
}

/** Wei as text in ELA, exact. */
export function formatWei(wei) {
  return trim(`${wei / WEI_PER_ELA}.${String(wei % WEI_PER_ELA).padStart(18, '0')}`)
}

function trim(text) {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
