import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { issueCredential } from '../../../src/identity/credential.ts'
import { devnetAccounts } from '../../../src/identity/devnet-accounts.ts'
import { newDocument } from '../../../src/identity/did-document.ts'
import { type Lookup, lookupIn } from '../../../src/identity/did-documents.ts'
import type { JsonObject } from '../../../src/protocol/did/canonical-json.ts'
import { checkCaller } from '../../../src/wallet/intents/caller.ts'
import { parseIntent } from '../../../src/wallet/intents/intent.ts'
import { fails } from '../../support/fails.ts'

const test = suite('whose intent it is')
const TIME = 1_795_000_000
const [, , app] = devnetAccounts()
assert.ok(app)
const { did, privateKey } = app.did

/** A chain on which the app published these endpoints; `undefined`: without `#appinfo`. */
function chainWith(endpoints: JsonObject | undefined): Lookup {
  const document = newDocument({ privateKey, time: TIME })
  if (endpoints === undefined) return lookupIn([document])
  const info = issueCredential({
    issuer: { did, privateKey },
    subject: did,
    fragment: 'appinfo',
    types: ['ApplicationCredential'],
    properties: { name: 'Shop', iconUrl: 'hive://x', endpoints },
    time: TIME,
    expires: TIME + 1000,
  })
  return lookupIn([{ ...document, verifiableCredential: [info] }])
}

function check(query: string, lookup: Lookup | undefined) {
  return checkCaller(parseIntent(`https://did.web3essentials.io/credaccess?${query}`), lookup)
}

const from = (name: string, url: string) => `appdid=${did}&${name}=${encodeURIComponent(url)}`

test('an answer goes where the app published, and the app is named', async () => {
  const lookup = chainWith({ redirectUrl: 'https://shop.example/' })
  const caller = await check(from('redirecturl', 'https://shop.example/in'), lookup)
  assert.equal(caller, { name: 'Shop', warnings: [] })
})

test('without an app or an address nothing is asked', async () => {
  assert.equal(await check(`appdid=${did}`, undefined), { warnings: [] })
  assert.equal(await check('redirecturl=https://a.example', undefined), { warnings: [] })
})

test('another address is refused', async () => {
  const lookup = chainWith({ redirectUrl: 'https://shop.example/' })
  const url = from('redirecturl', 'https://evil.example/in')
  const error = await fails('intent/callerNotGenuine', () => check(url, lookup))
  assert.match(error.message, 'Android')
  assert.is(error.exit, 'refused')
})

test('Android reads customScheme first, and its spelling of callbackurl', async () => {
  const scheme = chainWith({ redirectUrl: 'https://shop.example/', customScheme: 'shop://' })
  const https = from('redirecturl', 'https://shop.example/in')
  await fails('intent/callerNotGenuine', () => check(https, scheme))
  const essentials = chainWith({ callbackUrl: 'https://shop.example/cb' })
  const callback = from('callbackurl', 'https://shop.example/cb')
  const error = await fails('intent/callerNotGenuine', () => check(callback, essentials))
  assert.match(error.message, 'callbackurl')
  const both = { callbackUrl: 'https://shop.example/cb', callbackurl: 'https://shop.example/cb' }
  assert.equal((await check(callback, chainWith(both))).name, 'Shop')
})

test('iOS reads redirectUrl only', async () => {
  const lookup = chainWith({ redirectUrl: 'https://shop.example/', customScheme: 'shop://' })
  const error = await fails('intent/callerNotGenuine', () =>
    check(from('redirecturl', 'shop://in'), lookup),
  )
  assert.match(error.message, 'iOS')
})

test('what is allowed but dangerous is said', async () => {
  const lookup = chainWith({ redirectUrl: 'https://shop.example', customScheme: '' })
  const url = from('redirecturl', 'https://shop.example.evil.example/')
  const { warnings } = await check(url, lookup)
  assert.is(warnings.length, 2)
  assert.match(warnings.join(), 'any address')
})

test('an app nobody published, or without #appinfo, is refused', async () => {
  const url = from('redirecturl', 'https://shop.example/in')
  await fails('intent/callerNotGenuine', () => check(url, lookupIn([])))
  await fails('intent/callerNotGenuine', () => check(url, chainWith(undefined)))
  await fails('intent/chainMissing', () => check(url, undefined))
})

test.run()
