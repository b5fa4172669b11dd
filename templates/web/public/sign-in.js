/**
 * Signs in with a DID. The wallet is Essentials on a phone, or `ela dev --wallet` on this machine;
 * the back end asks the question and checks the answer (`ela init NAME --template service` makes
 * one): what a page checks itself proves nothing.
 *
 *     const door = openDoor({ backend: 'https://api.my.app' })
 *     button.onclick = () => door.askWallet()     leaves the page
 *     await door.finish()                         false unless it just came back
 *     await door.who()                            the DID, or null
 *     await door.signOut()
 */

/** Where links for Essentials go, when the back end names no wallet. */
export const essentials = 'https://did.web3essentials.io'

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

/** What the wallet left in the address: `{ token }`, `{ refused: true }`, or `null`. */
export function readAnswer(hash) {
  if (!hash.startsWith(MARK)) return null
  const [, token] = /^\/([\w-]+\.[\w-]+\.[\w-]+)$/.exec(hash.slice(MARK.length)) ?? []
  return token === undefined ? { refused: true } : { token }
}

/** The way in at one back end. Tests hand in `browser` instead of the window. */
export function openDoor({ backend, claims, appDid, browser = window }) {
  const { location, sessionStorage: storage } = browser

  /** Answers with what the back end says: `{ status, body }`. */
  async function ask(path, options) {
    let response
    try {
      response = await browser.fetch(`${backend}${path}`, options)
    } catch {
      throw new Error(
        `${backend} does not answer. It has to run, to be allowed by this page's policy ` +
          `(\`dapp.connect\`), and to know this page (origin ${location.origin}).`,
      )
    }
    const body = await response.json().catch(() => ({}))
    return { status: response.status, body }
  }

  function withSession() {
    return { headers: { authorization: `Bearer ${storage.getItem('session')}` } }
  }

  async function askWallet() {
    const { status, body } = await ask('/sign-in')
    if (status !== 200) throw new Error(body.error ?? `The back end answers with ${status}.`)
    const { nonce, realm, wallet } = body
    // Remembered here, so that nobody is signed in by a link with somebody else's answer.
    storage.setItem('nonce', nonce)
    const returnTo = location.origin + location.pathname
    location.assign(signInLink({ wallet, nonce, realm, returnTo, claims, appDid }))
  }

  async function finish() {
    const answer = readAnswer(location.hash)
    if (answer === null) return false
    // A token in the address would be copied along with it, and found again by going back.
    location.replace('#')
    const nonce = storage.getItem('nonce') ?? ''
    storage.removeItem('nonce')
    if (answer.refused) {
      throw new Error(
        'The wallet did not say who you are: it was refused, or has no published DID.',
      )
    }
    const { status, body } = await ask('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: answer.token, nonce }),
    })
    if (status !== 200) throw new Error(`Not signed in: ${body.error ?? `status ${status}`}.`)
    storage.setItem('session', body.session)
    return true
  }

  async function who() {
    if (storage.getItem('session') === null) return null
    const { status, body } = await ask('/me', withSession())
    if (status === 200) return body.did
    if (status === 401) storage.removeItem('session')
    return null
  }

  async function signOut() {
    const options = { method: 'POST', ...withSession() }
    storage.removeItem('session')
    await ask('/sign-out', options)
  }

  return { askWallet, finish, who, signOut }
}
