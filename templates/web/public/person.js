/** Draws who is signed in. The back end is named in `data-backend` of the page. */
import { openDoor } from './sign-in.js'

const find = (selector) => document.querySelector(selector)
const note = find('#person-note')
const signIn = find('#sign-in')
const signOut = find('#sign-out')
const { backend } = find('#person').dataset
const door = backend ? openDoor({ backend: backend.replace(/\/$/, '') }) : undefined

function show(did, text) {
  find('#person-did').textContent = did ?? ''
  find('#person-did').hidden = !did
  signIn.hidden = Boolean(did)
  signOut.hidden = !did
  signIn.disabled = false
  note.textContent = text
}

async function showWho(saying = 'Nobody is signed in.') {
  const did = await door.who()
  show(did, did ? 'Signed in as' : saying)
}

/** What fails is said in words, where the button is. */
function attempt(act) {
  return async () => {
    try {
      await act()
    } catch (error) {
      show(null, error.message)
    }
  }
}

if (door) {
  signIn.addEventListener(
    'click',
    attempt(async () => {
      signIn.disabled = true
      note.textContent = 'Your wallet asks you: approve there, and you are back here.'
      await door.askWallet()
    }),
  )
  signOut.addEventListener(
    'click',
    attempt(async () => {
      await door.signOut()
      show(null, 'Signed out.')
      signIn.focus()
    }),
  )
  const begin = attempt(async () => {
    await door.finish()
    await showWho()
  })
  begin()
  // Going back from the wallet shows the page as it was left.
  window.addEventListener('pageshow', ({ persisted }) => persisted && begin())
}
