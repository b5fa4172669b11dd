/** Reads the book off the main chain. Every function takes `fetch`, so that tests bring their own. */

/** What wallets write in front of a text memo. */
const TEXT_MEMO = 'type:text,msg:'
const MOST_LINES = 50

/** The doors of the networks and the accounts, from `ela dev`. */
export async function readSession(fetch) {
  const response = await fetch('/__ela/session.json')
  if (!response.ok) throw new Error('This page is not served by `ela dev`.')
  return response.json()
}

async function call(fetch, url, method, params) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method, params }),
  })
  const { result, error } = await response.json()
  if (error) throw new Error(`${method}: ${error.message}`)
  return result
}

/** The newest lines of the book first, and the height they were read at. */
export async function readBook(fetch, session) {
  const { rpc } = session.nodes.mainchain
  const owner = session.accounts.find(({ name }) => name === 'bob')
  const height = await call(fetch, rpc, 'getcurrentheight', {})
  const { txhistory } = await call(fetch, rpc, 'gethistory', {
    address: owner.ela,
    order: 'desc',
    limit: MOST_LINES,
  })
  const lines = txhistory.flatMap((entry) => lineOf(entry, session.accounts) ?? [])
  return { height, lines }
}

/** A line of the book, or nothing when the transaction carries no text for it. */
function lineOf({ type, memo, value, height, inputs }, accounts) {
  if (type !== 'received' || !memo.startsWith(TEXT_MEMO)) return undefined
  const [sender = 'somebody'] = inputs
  const known = accounts.find(({ ela }) => ela === sender)
  return { text: memo.slice(TEXT_MEMO.length), from: known?.name ?? sender, value, height }
}
