import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'

const page = new URL('../public/', import.meta.url)
const html = readFileSync(new URL('index.html', page), 'utf8')
const scripts = ['main.js', 'person.js'].map((name) => readFileSync(new URL(name, page), 'utf8'))

test('the page refers only to files that exist', () => {
  const links = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => file)
  assert.ok(links.length >= 3)
  for (const file of links) assert.ok(existsSync(new URL(file, page)), `${file} is missing`)
})

test('the page has every element that the scripts look for', () => {
  const ids = [...scripts.join().matchAll(/find\('#([a-z-]+)'\)/g)].map(([, id]) => id)
  assert.ok(ids.length >= 6)
  for (const id of ids) assert.ok(html.includes(`id="${id}"`), `#${id} is missing`)
})

test('the page has no inline script, which the runtime would block', () => {
  assert.ok(!/<script(?![^>]*\ssrc=)/.test(html))
  assert.ok(!/\son[a-z]+=/.test(html))
})

test('the config lets the page ask the back end it names', () => {
  const [, backend] = /data-backend="([^"]*)"/.exec(html) ?? []
  assert.notEqual(backend, undefined)
  // None, or one under the address of the page.
  if (backend === '' || backend.startsWith('/')) return
  const config = readFileSync(new URL('../ela.config.ts', page), 'utf8')
  const [, allowed = ''] = /connect: \[([^\]]*)\]/.exec(config) ?? []
  assert.ok(allowed.includes(`'${new URL(backend).origin}'`), `connect lacks ${backend}`)
})
