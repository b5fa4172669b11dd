import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createDidExtension } from '../../../src/nodes/eid/did-extension.ts'
import {
  controllerFactor,
  lengthFactor,
  lifeFactor,
  operationFactor,
  sizeFactor,
} from '../../../src/nodes/eid/did-gas.ts'
import { type DidOperation, parseOperation } from '../../../src/nodes/eid/did-operation.ts'
import type { ChainExtension } from '../../../src/nodes/evm/extension.ts'
import { signedText } from '../../../src/protocol/did/request.ts'
import { parseTime } from '../../../src/protocol/did/time.ts'
import { encodeStringCall, selectorOf } from '../../../src/protocol/evm/abi.ts'

interface Payload {
  readonly name: string
  readonly payload: object
  readonly expect: 'valid' | 'invalid' | 'valid-on-node-only'
  readonly chainTime?: string
  readonly prior?: readonly { readonly payload: object; readonly txid: string }[]
  readonly signedText?: string
}

interface Sequence {
  readonly chainTime: string
  readonly did: string
  readonly steps: readonly {
    readonly txid: string
    readonly payload: object
    readonly signedText: string
  }[]
  readonly results: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

interface Requests {
  readonly payloads: readonly Payload[]
  readonly sequence: Sequence
}

interface Fee {
  readonly kind: 'idLength' | 'life' | 'operation' | 'size' | 'controller'
  readonly input?: unknown
  readonly now?: number
  readonly expires?: string
  readonly bytes?: number
  readonly factor: number
}

const PUBLISH = selectorOf('publishDidTransaction(string)')
const CONTRACT = '0xF654c3cBBB60D7F4ac7cDA325d51E62f47ACD436'

function vectors<T>(name: string): T {
  const file = new URL(`../../vectors/did/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

const { payloads, sequence } = vectors<Requests>('requests')
const { fees } = vectors<{ readonly fees: readonly Fee[] }>('fees')
const test = suite('did operations of the vectors')

function callData(payload: object): Uint8Array {
  return encodeStringCall(PUBLISH, JSON.stringify(payload))
}

function admits(chain: ChainExtension, payload: object, time: number) {
  return chain.admit({ data: callData(payload), from: undefined, time })
}

test('are admitted or refused as marked', () => {
  assert.is(payloads.length, 15)
  for (const { name, payload, expect, chainTime = '2021-02-01T00:00:00Z', prior } of payloads) {
    const chain = createDidExtension({ contract: CONTRACT })
    const time = parseTime(chainTime) ?? 0
    for (const [index, { payload: before, txid }] of (prior ?? []).entries()) {
      assert.is(admits(chain, before, time).admitted, true, `${name}: prior ${index}`)
      chain.mined({ data: callData(before), hash: `0x${txid}`, height: index + 2, time })
    }
    const admission = admits(chain, payload, time)
    const why = admission.admitted ? 'admitted' : admission.reason
    assert.is(admission.admitted, expect !== 'invalid', `${name}: ${why}`)
  }
})

test('are signed over the text of the vectors', () => {
  const signed = [...payloads, ...sequence.steps].filter((step) => step.signedText !== undefined)
  assert.is(signed.length, 6)
  for (const { payload, signedText: wanted } of signed) {
    assert.is(signedText(parseOperation(JSON.stringify(payload)).request), wanted)
  }
})

test('resolve as they did for the libraries, at every step of a life', async () => {
  const chain = createDidExtension({ contract: CONTRACT })
  const time = parseTime(sequence.chainTime) ?? 0
  const ask = async (method: string, params: object) => {
    const answer = await chain.call(method, [params])
    assert.ok(answer !== undefined && 'result' in answer)
    return answer.result
  }
  const { did, results } = sequence
  const statuses: unknown[] = []
  for (const [index, { txid, payload }] of sequence.steps.entries()) {
    const admission = admits(chain, payload, time)
    assert.is(admission.admitted, true, 'reason' in admission ? admission.reason : '')
    const log = chain.mined({
      data: callData(payload),
      hash: `0x${txid}`,
      height: index + 1,
      time,
    })
    assert.is(log?.['transactionHash'], `0x${txid}`)
    const resolved = (await ask('did_resolveDID', { did })) as { readonly status: number }
    statuses.push(resolved.status)
  }
  assert.equal(statuses, [0, 0, 0, 0, 2])
  const credential = results['resolveCredential']?.['id']
  assert.equal(await ask('did_resolveDID', { did }), results['resolveDID'])
  assert.equal(await ask('did_resolveDID', { did, all: true }), results['resolveDIDAll'])
  assert.equal(await ask('did_listCredentials', { did }), results['listCredentials'])
  assert.equal(await ask('did_resolveCredential', { id: credential }), results['resolveCredential'])
  const unknown = results['notFound']?.['did']
  assert.equal(await ask('did_resolveDID', { did: unknown }), results['notFound'])
})

test('cost what the factors of the node say', () => {
  assert.is(fees.length, 26)
  for (const { kind, input, now = 0, expires = '', bytes = 0, factor } of fees) {
    const computed = {
      idLength: () => lengthFactor('x'.repeat(Number(input))),
      life: () => lifeFactor(parseTime(expires) ?? 0, now),
      operation: () => operationFactor(input as DidOperation['kind']),
      size: () => sizeFactor(bytes),
      controller: () => controllerFactor((input ?? undefined) as string | undefined),
    }[kind]()
    const close = Math.abs(computed - factor) < 1e-9 * Math.max(1, factor)
    assert.ok(close, `${kind} ${String(input ?? expires)}: ${computed}, not ${factor}`)
  }
})

test('cost 69,775 gas for five years in a kilobyte', () => {
  const time = 1_700_000_000
  const fiveYears = 5 * 365 * 86_400
  const gas = Math.floor(lengthFactor('') * lifeFactor(time + fiveYears, time) * 50_000)
  assert.is(gas, 69_775)
})

test.run()
