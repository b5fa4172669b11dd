import assert from 'node:assert/strict'
import test from 'node:test'
import { readBook, readSession } from '../public/guest-book.js'

const session = {
  nodes: { mainchain: { rpc: '/rpc' } },
  accounts: [
    { name: 'alice', ela: 'EAlice' },
    { name: 'bob', ela: 'EBob' },
  ],
}

function chainWith(...txhistory) {
  return async (_url, { body }) => {
    const { method, params } = JSON.parse(body)
    if (method === 'getcurrentheight') return Response.json({ result: 12, error: null })
    assert.equal(params.address, 'EBob')
    return Response.json({ result: { txhistory, totalcount: txhistory.length }, error: null })
  }
}

const hello = {
  type: 'received',
  memo: 'type:text,msg:hello',
  value: '1',
  height: 12,
  inputs: ['EAlice'],
}

test('reads the lines that came with coins, by the name of the sender', async () => {
  const { height, lines } = await readBook(chainWith(hello), session)
  assert.equal(height, 12)
  assert.deepEqual(lines, [{ text: 'hello', from: 'alice', value: '1', height: 12 }])
})

test('leaves out what bob sent himself, and transfers without a text', async () => {
  const sent = { ...hello, type: 'sent' }
  const silent = { ...hello, memo: '' }
  assert.deepEqual((await readBook(chainWith(sent, silent), session)).lines, [])
})

test('shows the address of a sender without a name', async () => {
  const { lines } = await readBook(chainWith({ ...hello, inputs: ['EStranger'] }), session)
  assert.equal(lines[0].from, 'EStranger')
})

test('says so when nobody runs the networks', async () => {
  const absent = async () => new Response('', { status: 404 })
  await assert.rejects(readSession(absent), /not served by `ela dev`/)
})
