/** Draws what the networks say, once a second. */
import { readBalance, readDidState, readHeight, readSession } from './elastos.js'

const EVERY_MS = 1000
const chains = ['mainchain', 'esc', 'eid']

const find = (selector) => document.querySelector(selector)
const ask = (url, options) => fetch(url, options)
const chooser = find('#account')
let session

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function showFigure(network, figure, note, state = 'up') {
  const card = find(`[data-network="${network}"]`)
  const shown = card.querySelector('.figure')
  const isNew = shown.textContent !== '–' && shown.textContent !== figure
  card.dataset.state = state
  setText(shown, figure)
  setText(card.querySelector('.note'), note)
  if (isNew) {
    shown.classList.remove('fresh')
    // Reading the width lets the animation begin anew.
    void shown.offsetWidth
    shown.classList.add('fresh')
  }
}

async function showChain(network) {
  const node = session.nodes[network]
  if (node === undefined) {
    showFigure(network, '–', 'not started', 'down')
    return
  }
  try {
    const height = await readHeight(ask, network, node)
    const chain = node.chainId === undefined ? '' : `, chain id ${node.chainId}`
    showFigure(network, height.toLocaleString('en'), `block${chain}`)
  } catch {
    showFigure(network, '–', 'does not answer', 'down')
  }
}

function showCarrier() {
  const { carrier } = session
  if (carrier.length === 0) {
    showFigure('carrier', '–', 'not started', 'down')
    return
  }
  const links = carrier.map(({ peers = 0 }) => peers)
  showFigure('carrier', `${carrier.length}`, `nodes, each knows ${Math.min(...links)} or more`)
}

async function showAccount() {
  const account = session.accounts.find(({ name }) => name === chooser.value)
  if (account === undefined) return
  setText(find('#did'), account.did)
  await Promise.all([showDid(account), ...chains.map((network) => showBalance(network, account))])
}

async function showDid({ did }) {
  const badge = find('#did-state')
  const state =
    session.nodes.eid && (await readDidState(ask, session.nodes.eid, did).catch(() => ''))
  badge.hidden = !state
  badge.dataset.state = state
  setText(badge, state || '')
}

async function showBalance(network, account) {
  const row = find(`[data-balance="${network}"]`)
  const node = session.nodes[network]
  const balance = node && (await readBalance(ask, network, node, account).catch(() => undefined))
  setText(row.querySelector('code'), network === 'mainchain' ? account.ela : account.evm)
  setText(row.querySelector('.amount'), balance ?? '–')
}

function offerAccounts() {
  if (chooser.options.length > 0) return
  for (const { name } of session.accounts) chooser.add(new Option(name))
  chooser.disabled = session.accounts.length === 0
  chooser.value = localStorage.getItem('account') ?? session.accounts[0]?.name ?? ''
  if (chooser.value === '') chooser.selectedIndex = 0
}

async function showAll() {
  try {
    session = await readSession(ask)
    setText(find('#status'), 'Connected to the local Elastos of `ela dev`.')
    offerAccounts()
    showCarrier()
    await Promise.all([...chains.map(showChain), showAccount()])
  } catch (error) {
    setText(find('#status'), `Not connected. ${error.message}`)
  }
}

chooser.addEventListener('change', () => {
  localStorage.setItem('account', chooser.value)
  showAccount()
})

async function keepShowing() {
  if (!document.hidden) await showAll()
  setTimeout(keepShowing, EVERY_MS)
}

keepShowing()
