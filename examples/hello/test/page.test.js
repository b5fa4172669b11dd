import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'

const page = new URL('../public/', import.meta.url)
const html = readFileSync(new URL('index.html', page), 'utf8')
const script = readFileSync(new URL('main.js', page), 'utf8')

test('the page refers only to files that exist', () => {
  const links = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => file)
  assert.ok(links.length >= 3)
  for (const file of links) assert.ok(existsSync(new URL(file, page)), `${file} is missing`)
})

test('the page has every element that the script looks for', () => {
  const ids = [...script.matchAll(/find\('#([a-z-]+)'\)/g)].map(([, id]) => id)
  assert.ok(ids.length >= 3)
  for (const id of ids) assert.ok(html.includes(`id="${id}"`), `#${id} is missing`)
})

test('the page has no inline script, which its policy would block', () => {
  assert.ok(!/<script(?![^>]*\ssrc=)/.test(html))
  assert.ok(!/\son[a-z]+=/.test(html))
})
