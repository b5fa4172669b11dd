import { request } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callRpc } from '../../../src/base/json-rpc.ts'
import { closeServer, portOf } from '../../../src/base/loopback-server.ts'
import { askCarrierStatus } from '../../../src/nodes/carrier/ask-status.ts'
import type { CarrierStatus } from '../../../src/nodes/carrier/status.ts'
import { serveStatus } from '../../../src/nodes/carrier/status-server.ts'
import { fails } from '../../support/fails.ts'

const test = suite('carrier status port')

const status: CarrierStatus = {
  id: 'own',
  known: [{ id: 'other', address: '127.0.0.1:2', lastSeen: 3, reachable: true }],
  uptime: 4,
  traffic: { received: 1, sent: 2, unreadable: 0, throttled: 0, banned: 0 },
}

async function withServer<T>(act: (url: string) => Promise<T>): Promise<T> {
  const server = await serveStatus(0, () => status)
  try {
    return await act(`http://127.0.0.1:${portOf(server)}`)
  } finally {
    await closeServer(server)
  }
}

interface Reply {
  readonly status: number
  readonly error?: { readonly code: number }
}

async function post(url: string, body: string): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body })
  return { status: response.status, ...((await response.json()) as object) }
}

/** `fetch` does not let its caller choose these headers. */
function statusWith(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    sent.end('{"jsonrpc":"2.0","id":1,"method":"carrier_status"}')
  })
}

test('tells the status', () =>
  withServer(async (url) => {
    assert.equal(await callRpc(url, 'carrier_status'), status)
    const { signal } = new AbortController()
    const { traffic: _, ...others } = status
    assert.equal(await askCarrierStatus(url, 'own', signal), others)
    await fails('carrier/unhealthy', () => askCarrierStatus(url, 'another', signal))
  }))

test('answers nonsense with the error codes of JSON-RPC', () =>
  withServer(async (url) => {
    const codes: readonly (readonly [string, number])[] = [
      ['', -32_700],
      ['{', -32_700],
      ['null', -32_600],
      ['"text"', -32_600],
      ['{}', -32_600],
      ['{"method":7}', -32_600],
      ['{"method":"carrier_shutdown","id":{"deep":[]}}', -32_601],
      [`[${'{"method":"carrier_status","id":1},'.repeat(1_000)}{}]`, -32_600],
      ['['.repeat(60_000), -32_700],
      [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, -32_600],
    ]
    for (const [body, code] of codes) {
      const reply = await post(url, body)
      assert.is(reply.error?.code, code, body.slice(0, 60))
      assert.is(reply.status, 200)
    }
    assert.is((await post(url, ' '.repeat(70_000))).status, 413)
    assert.is((await fetch(url)).status, 405)
    assert.equal(await callRpc(url, 'carrier_status'), status)
  }))

test('answers no page of another site', () =>
  withServer(async (url) => {
    assert.is(await statusWith(url, { host: 'evil.example' }), 403)
    assert.is(await statusWith(url, { origin: 'https://evil.example' }), 403)
    assert.is(await statusWith(url, { origin: 'null' }), 403)
    assert.is(await statusWith(url, { origin: 'http://localhost:3000' }), 200)
  }))

test('a taken port is a clear error', () =>
  withServer(async (url) => {
    const { port } = new URL(url)
    const error = await fails('carrier/portInUse', () => serveStatus(Number(port), () => status))
    assert.is(error.exit, 'environment')
  }))

test.run()
