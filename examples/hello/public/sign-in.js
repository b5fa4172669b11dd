/**
 * Signs in with a DID. The wallet is Essentials on a phone, or `ela wallet serve` on this machine.
 *
 *     import { askWallet, finishSignIn } from './sign-in.js'
 *     button.onclick = () => askWallet(location, fetch, { wallet: localWallet })   leaves the page
 *     const person = await finishSignIn(location, fetch)          null unless it just came back
 *
 * The back end (see `sign-in.ts` of the service template) asks the question and checks the answer:
 * what a page checks itself proves nothing.
 */

/** Where links for Essentials go. */
export const essentials = 'https://did.web3essentials.io'
/** The same for a wallet started by `ela wallet serve`. */
export const localWallet = 'http://127.0.0.1:20680/did.web3essentials.io'

/** The answer comes back behind `#`, so it never reaches a server's log. */
const MARK = '#signed-in'

/**
 * The link that asks the wallet who its owner is.
 *
 * `claims` are names of credentials: `{ name: true, email: { required: false } }`.
 */
export function signInLink({ wallet = essentials, nonce, realm, returnTo, claims = {}, appDid }) {
  const query = new URLSearchParams({
    claims: JSON.stringify(claims),
    nonce,
    realm,
    redirecturl: `${returnTo}${MARK}`,
    ...(appDid === undefined ? {} : { appdid: appDid }),
  })
  return `${wallet}/credaccess?${query}`
}

/** Asks the back end for a question and goes to the wallet with it. */
export async function askWallet(location, fetch, { backend = '', ...options } = {}) {
  const response = await fetch(`${backend}/sign-in`)
  if (!response.ok) throw new Error(`The back end answers with status ${response.status}.`)
  const { nonce, realm } = await response.json()
  const returnTo = location.origin + location.pathname
  location.assign(signInLink({ ...options, nonce, realm, returnTo }))
}

/** What the wallet left in the address: `{ token }`, `{ refused: true }`, or `null`. */
export function readAnswer(hash) {
  if (!hash.startsWith(MARK)) return null
  const [, token] = /^\/([\w-]+\.[\w-]+\.[\w-]+)$/.exec(hash.slice(MARK.length)) ?? []
  return token === undefined ? { refused: true } : { token }
}

/**
 * Hands the wallet's answer to the back end: `{ did, session, shown }`, or `null` when the page was
 * opened otherwise. Throws when the person or the back end refuses.
 */
export async function finishSignIn(location, fetch, { backend = '' } = {}) {
  const answer = readAnswer(location.hash)
  if (answer === null) return null
  // A token in the address would be copied along with it.
  location.hash = ''
  if (answer.refused) throw new Error('The wallet did not say who you are.')
  const response = await fetch(`${backend}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: answer.token }),
  })
  const body = await response.json()
  if (!response.ok) throw new Error(body.error ?? `status ${response.status}`)
  return body
}
