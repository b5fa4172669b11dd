import { readBook, readSession } from './guest-book.js'

const REFRESH_MS = 1_000

const find = (selector) => document.querySelector(selector)

/** Text goes in as text: a memo is a stranger's. */
function itemOf({ text, from, value, height }) {
  const quote = document.createElement('q')
  quote.textContent = text
  const note = document.createElement('small')
  note.textContent = `${from}, ${value} ELA, ${height > 0 ? `block ${height}` : 'not in a block yet'}`
  const item = document.createElement('li')
  item.append(quote, note)
  return item
}

function show({ height, lines }) {
  find('#height').textContent = height
  find('#lines').replaceChildren(...lines.map(itemOf))
  find('#empty').hidden = lines.length > 0
}

async function refresh() {
  try {
    // Asked for each time: `ela dev` may have been started anew, on other ports.
    show(await readBook(fetch.bind(window), await readSession(fetch.bind(window))))
    find('#status').textContent = 'Live from the main chain of `ela dev`.'
  } catch (error) {
    find('#status').textContent = error.message
  }
  setTimeout(refresh, REFRESH_MS)
}

refresh()
