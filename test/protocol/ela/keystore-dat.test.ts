import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toHex } from '../../../src/base/bytes-text.ts'
import { openKeystoreDat } from '../../../src/protocol/ela/keystore-dat.ts'
import { fails } from '../../support/fails.ts'

interface Vector {
  readonly password: string
  readonly keystore: Readonly<Record<string, unknown>>
  readonly accounts: readonly { address: string; type: string; privateKey: string }[]
}
const { keystore: vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ela/keystore-dat.json', import.meta.url), 'utf8'),
) as { readonly keystore: readonly Vector[] }

const test = suite('keystore.dat')

for (const { password, keystore, accounts } of vectors) {
  const text = JSON.stringify(keystore)
  const name = JSON.stringify(keystore['IV'])

  if (accounts.length > 0) {
    test(`opens ${name} with its password`, () => {
      const opened = openKeystoreDat(text, password).map(({ address, isMain, privateKey }) => ({
        address,
        type: isMain ? 'main-account' : 'sub-account',
        privateKey: toHex(privateKey ?? new Uint8Array()),
      }))
      const expected = accounts.map(({ address, type, privateKey }) => ({
        address,
        type,
        privateKey,
      }))
      assert.equal(opened, expected)
    })
  }

  test(`refuses ${name} with another password`, async () => {
    await fails('protocol/wrongPassword', () => openKeystoreDat(text, 'wrong'))
  })
}

test('opens a wallet that only watches an address', () => {
  const [vector] = vectors
  assert.ok(vector)
  const [account] = openKeystoreDat(change({}, { PrivateKeyEncrypted: '' }), vector.password)
  assert.is(account?.privateKey, undefined)
  assert.is(account?.address, 'ENqDYUYURsHpp1wQ8LBdTLba4JhEvSDXEw')
})

test('refuses files that are damaged, saying where', async () => {
  const damaged = [
    '',
    'null',
    '[]',
    '{}',
    change({ Version: '2.0.0' }),
    change({ PasswordHash: 'xy' }),
    change({ IV: 'aa' }),
    change({ MasterKey: undefined }),
    change({ MasterKey: '00'.repeat(32) }),
    change({ Account: 'none' }),
    change({ Account: [5] }),
    change({}, { Address: 'EQ4QhsYRwuBbNBXc8BPW972xA9ANByKt6U' }),
    change({}, { RedeemScript: '21' }),
    change({}, { ProgramHash: '21' }),
    change({}, { PrivateKeyEncrypted: '00'.repeat(95) }),
    change({}, { PrivateKeyEncrypted: '00'.repeat(96) }),
  ]
  for (const text of damaged) {
    const act = () => openKeystoreDat(text, 'elastos')
    const thrown = await fails('protocol/badKeystore', act).catch((error: unknown) => error)
    assert.is((thrown as { code?: string }).code, 'protocol/badKeystore', text.slice(0, 90))
  }
})

function change(file: object, account: object = {}): string {
  const [vector] = vectors
  assert.ok(vector)
  const [first] = vector.keystore['Account'] as readonly object[]
  return JSON.stringify({ ...vector.keystore, Account: [{ ...first, ...account }], ...file })
}

test.run()
