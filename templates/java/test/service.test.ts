// The service as `ela` builds it.
import service from 'ela:service'
import assert from 'node:assert/strict'
import test from 'node:test'

/** What the runtime would answer; a test changes what it needs. */
function runtime() {
  const kept = new Map<string, string>()
  return {
    storage: {
      getText: async (key: string) => kept.get(key) ?? null,
      put: async (key: string, value: string) => void kept.set(key, value),
    },
    chain: { read: async (chain: string, method: string) => `${chain} ${method}` && '0x1f' },
  }
}

async function ask(path: string, ELA: object = runtime(), method = 'GET') {
  const answer = await service.fetch(new Request(`http://localhost${path}`, { method }), { ELA })
  return [answer.status, await answer.text()]
}

test('counts visits, and keeps the count in storage', async () => {
  const ELA = runtime()
  assert.deepEqual(await ask('/', ELA), [200, '{"visits":1}\n'])
  assert.deepEqual(await ask('/?again', ELA), [200, '{"visits":2}\n'])
  assert.equal(await ELA.storage.getText('visits'), '2')
})

test('tells the height of ESC', async () => {
  assert.deepEqual(await ask('/height'), [200, '{"esc":31}\n'])
})

test('says what it was refused', async () => {
  const no = async () => {
    throw new Error('capability/notGranted: no')
  }
  const [status, text] = await ask('/', { storage: { getText: no, put: no } })
  assert.equal(status, 503)
  assert.match(String(text), /capability\/notGranted/)
})

test('answers nothing else', async () => {
  assert.equal((await ask('/nope'))[0], 404)
  assert.equal((await ask('/', runtime(), 'POST'))[0], 405)
})
