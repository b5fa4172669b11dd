/** What the RPC shows of every payload and output, against what the real code shows of the same bytes. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../../src/base/bytes-text.ts'
import { stringify } from '../../../src/base/printer.ts'
import { viewTransaction } from '../../../src/nodes/mainchain/view-transaction.ts'
import { decode } from '../../../src/protocol/codec.ts'
import { transactionCodec } from '../../../src/protocol/ela/transaction.ts'

const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/ela/${name}.json`, import.meta.url), 'utf8'))
const { entries } = vectors('payloads') as { entries: readonly { name: string; raw: string }[] }
const { payloads, outputs } = vectors('payload-views') as Readonly<
  Record<'payloads' | 'outputs', Readonly<Record<string, unknown>>>
>

const test = suite('mainchain/view-payload')

/** As JSON text, so that the order of keys counts. */
function shown(raw: string): { payload: string; output: string } {
  const json = stringify(viewTransaction(decode(transactionCodec, fromHex(raw))))
  const { payload, vout } = JSON.parse(json) as { payload: unknown; vout: readonly unknown[] }
  return { payload: JSON.stringify(payload), output: JSON.stringify(vout[0]) }
}

test('shows every payload in every version as the real code does', () => {
  let compared = 0
  for (const { name, raw } of entries) {
    if (!(name in payloads)) continue
    assert.is(shown(raw).payload, JSON.stringify(payloads[name]), name)
    compared += 1
  }
  assert.is(compared, 200)
})

test('shows every kind of output as the real code does', () => {
  for (const [name, output] of Object.entries(outputs)) {
    const { raw = '' } = entries.find((entry) => entry.name === name) ?? {}
    assert.is(shown(raw).output, JSON.stringify(output), name)
  }
  assert.is(Object.keys(outputs).length, 11)
})

test.run()
