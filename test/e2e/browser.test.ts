/** Pages of DApps in a real browser: what they may do, and what they may do to each other. */
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { closeServer, portOf } from '../../src/base/loopback-server.ts'
import { browserProgram, startBrowser } from '../support/browser.ts'
import { type DappUnderTest, runDapp } from '../support/dapp.ts'
import { until } from '../support/fails.ts'

const test = suite('pages in a browser')

const page = (body: string) =>
  `<!doctype html><title>t</title><body>${body}<script src="a.js"></script>`

/** A service of this machine that answers everybody, and counts who came. */
async function victim() {
  let hits = 0
  const server = createServer((_request, response) => {
    hits += 1
    response.setHeader('access-control-allow-origin', '*')
    response.end('secret')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    hits: () => hits,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}

const web = (name: string, files: Record<string, string> = {}): Promise<DappUnderTest> =>
  runDapp({ 'public/index.html': page(name), 'public/a.js': '', ...files }, { kind: 'web', name })

if (browserProgram === undefined) {
  assert.is(process.env['CI'], undefined, 'CI has to have a browser')
  test.skip('needs Chromium, which is not installed', () => undefined)
} else {
  test('a page runs under a name of its own and follows its files', async () => {
    await using browser = await startBrowser()
    await using dapp = await web('shop', { 'public/style.css': '' })
    const tab = await browser.open(dapp.url)
    assert.is(await tab.run('location.host'), `shop.localhost:${new URL(dapp.url).port}`)
    await tab.run('window.before = true')
    // The watcher and the stream need a moment to begin.
    // While it loads there is no body, and what is asked of the page before is not answered.
    const isNew = "document.body?.textContent.includes('changed') === true && !window.before"
    await until('the page loads anew', async () => {
      dapp.write('public/index.html', page('changed'))
      return (await tab.run(isNew).catch(() => false)) === true
    })
    assert.equal(
      tab.said.filter((text) => /policy|refused/i.test(text)),
      [],
    )
  })

  // Attacks 59 to 63 of the list in the specification of the runtime.
  test('attack 59: a page reads neither storage nor cookies nor answers of another DApp', async () => {
    await using browser = await startBrowser()
    await using a = await web('first')
    await using b = await web('second')
    const tab = await browser.open(a.url)
    await tab.run("localStorage.secret = 'a'; document.cookie = 'secret=a'")
    await tab.go(b.url)
    assert.is(await tab.run('localStorage.secret ?? null'), null)
    assert.is(await tab.run('document.cookie'), '')
    const reach = (url: string) => tab.run(`fetch('${url}').then((r) => r.status, (e) => e.name)`)
    assert.is(await reach(`http://first.localhost:${new URL(a.url).port}/a.js`), 'TypeError')
    assert.is(await reach(a.url), 'TypeError')
    // A cookie for the common parent would reach both.
    await tab.run("document.cookie = 'shared=b; domain=localhost'")
    await tab.go(a.url)
    assert.is(await tab.run('document.cookie'), 'secret=a')
  })

  test('attacks 60, 61: a page asks no node, frames nobody, and has no hold on who opened it', async () => {
    await using browser = await startBrowser()
    await using node = await victim()
    await using dapp = await web('first', {
      // A page may make its own policy stricter, never wider.
      'public/index.html': `<meta http-equiv="content-security-policy" content="default-src *">${page('x')}`,
    })
    await using other = await web('second')
    const tab = await browser.open(dapp.url)
    const target = `http://127.0.0.1:${node.port}/`
    const tries = [
      `fetch('${target}').then((r) => r.text(), (e) => e.name)`,
      `fetch('${target}', { mode: 'no-cors' }).then(() => 'sent', (e) => e.name)`,
      `new Promise((done) => { const x = new XMLHttpRequest(); x.onerror = () => done('TypeError'); x.onload = () => done('sent'); x.open('GET', '${target}'); x.send() })`,
      `navigator.sendBeacon('${target}', 'x') && new Promise((done) => setTimeout(() => done('TypeError'), 50))`,
      `import('${target}').then(() => 'sent', (e) => e.name)`,
      `new Promise((done) => { const i = new Image(); i.onerror = () => done('TypeError'); i.onload = () => done('sent'); i.src = '${target}' })`,
      `new Promise((done) => { const s = new EventSource('${target}'); s.onerror = () => { s.close(); done('TypeError') } })`,
      `new Promise((done) => { const w = new WebSocket('ws://127.0.0.1:${node.port}/'); w.onerror = () => done('TypeError') })`,
      `new Promise((done) => { const f = document.createElement('iframe'); f.src = '${target}'; document.body.append(f); f.onload = () => done('TypeError') })`,
      `new Promise((done) => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '${target}'; l.onerror = () => done('TypeError'); document.head.append(l) })`,
      `navigator.serviceWorker.register('a.js').then(() => 'TypeError', () => 'TypeError')`,
      `(() => { try { return eval('"sent"') } catch { return 'TypeError' } })()`,
      `(() => { const s = document.createElement('script'); s.textContent = 'window.inline = 1'; document.head.append(s); return window.inline ? 'sent' : 'TypeError' })()`,
      `(() => { const f = document.createElement('form'); f.action = '${target}'; f.method = 'post'; document.body.append(f); f.submit(); return new Promise((done) => setTimeout(() => done('TypeError'), 100)) })()`,
    ]
    for (const attempt of tries) assert.is(await tab.run(attempt), 'TypeError', attempt)
    assert.is(node.hits(), 0)

    // Another DApp in a frame stays empty, and a window it opens does not know its opener.
    const framed = await tab.run(
      `new Promise((done) => { const f = document.createElement('iframe'); f.src = 'http://second.localhost:${new URL(other.url).port}/'; f.onload = () => { try { done(f.contentDocument?.title ?? 'closed') } catch { done('closed') } }; document.body.append(f) })`,
    )
    assert.is(framed, 'closed')
    assert.is(await tab.run('window.opener'), null)
    const opened = await tab.run(
      `(() => { const w = window.open('http://second.localhost:${new URL(other.url).port}/'); return w === null ? 'none' : new Promise((done) => setTimeout(() => done(w.closed ? 'cut' : 'held'), 500)) })()`,
    )
    assert.is.not(opened, 'held')
  })

  test('attack 63: another page neither posts to a DApp nor reads or draws it', async () => {
    await using browser = await startBrowser()
    await using dapp = await web('shop')
    // A hostile site of this machine, which nothing of ours restrains.
    const evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>evil</title>')
    })
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
    const tab = await browser.open(`http://evil.localhost:${portOf(evil)}/`)
    const own = `http://shop.localhost:${new URL(dapp.url).port}/`
    for (const target of [own, dapp.url, `${own}__ela/session.json`]) {
      for (const options of ['{}', "{ mode: 'no-cors', method: 'POST', body: 'x' }"]) {
        const outcome = await tab.run(
          `fetch('${target}', ${options}).then((r) => r.type === 'opaque' ? 'opaque' : r.status, (e) => e.name)`,
        )
        assert.ok(outcome === 'TypeError' || outcome === 'opaque', `${target}: ${outcome}`)
      }
    }
    const drawn = await tab.run(
      `new Promise((done) => { const i = new Image(); i.onload = () => done('drawn'); i.onerror = () => done('refused'); i.src = '${own}icon.svg' })`,
    )
    assert.is(drawn, 'refused')
    // A link is how people come here, and it works.
    await tab.go(own)
    assert.is(await tab.run('document.title'), 't')
    await closeServer(evil)
  })
}

test.run()
