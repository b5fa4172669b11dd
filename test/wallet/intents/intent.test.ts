import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { actionOf } from '../../../src/wallet/intents/actions.ts'
import { parseIntent } from '../../../src/wallet/intents/intent.ts'
import { replyTo } from '../../../src/wallet/intents/reply.ts'
import { fails } from '../../support/fails.ts'

const test = suite('intents: addresses and answers')

function token(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'ES256' })}.${part(claims)}.${Buffer.alloc(64).toString('base64url')}`
}

test('both domains of Essentials and the older scheme name the same intent', () => {
  const query = '?claims={"name":true}&nonce=n&redirecturl=https%3A%2F%2Fmy.app%2F'
  const first = parseIntent(`https://did.web3essentials.io/credaccess${query}`)
  assert.equal(parseIntent(`https://did.elastos.net/credaccess${query}`), first)
  assert.equal(parseIntent(`elastos://credaccess${query}`), first)
  assert.equal(parseIntent(`elastos:///credaccess${query}`), first)
  assert.is(first.service, 'did')
  assert.equal(first.params['claims'], { name: true })
  assert.is(first.params['nonce'], 'n')
  assert.is(first.redirectUrl, 'https://my.app/')
  assert.is(parseIntent('elastos://pay?amount=1').service, 'wallet')
})

test('a token carries the same parameters, and who asks', () => {
  const jwt = token({
    iss: 'did:elastos:iA',
    appid: 'shop',
    data: 'x',
    callbackurl: 'http://localhost/cb',
  })
  for (const url of [`https://did.web3essentials.io/didsign/${jwt}`, `elastos://didsign/${jwt}`]) {
    const intent = parseIntent(url)
    assert.is(intent.action, 'didsign')
    assert.is(intent.params['data'], 'x')
    assert.is(intent.params['type'], 'jwt')
    assert.is(intent.callbackUrl, 'http://localhost/cb')
    assert.equal([intent.asker, intent.appId, intent.token], ['did:elastos:iA', 'shop', jwt])
  }
})

test('of a token with both addresses the redirect counts', () => {
  const jwt = token({ redirecturl: 'https://my.app', callbackurl: 'https://my.app/cb' })
  const { redirectUrl, callbackUrl } = parseIntent(`elastos://didsign/${jwt}`)
  assert.equal([redirectUrl, callbackUrl], ['https://my.app', undefined])
})

test('what is no intent is refused with the reason', async () => {
  const refused: readonly (readonly [string, string])[] = [
    ['', 'intent/notAnIntent'],
    ['hello', 'intent/notAnIntent'],
    ['https://example.com/pay?amount=1', 'intent/notAnIntent'],
    ['http://did.web3essentials.io/credaccess', 'intent/notAnIntent'],
    ['https://did.web3essentials.io.evil.example/credaccess', 'intent/notAnIntent'],
    ['https://did.web3essentials.io/', 'intent/notAnIntent'],
    ['https://did.web3essentials.io/a/b/c', 'intent/notAnIntent'],
    ['elastos://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG/file', 'intent/notAnIntent'],
    ['https://scanner.web3essentials.io/scanqrcode', 'intent/notHere'],
    ['wc:abc@2?relay-protocol=irn', 'intent/walletConnect'],
    ['https://did.web3essentials.io/credaccess?claims={', 'none'],
    ['https://did.web3essentials.io/credaccess?claims={x}', 'intent/badParameter'],
    ['https://did.web3essentials.io/didsign/abc', 'did/badToken'],
    [`https://did.web3essentials.io/didsign?data=${'a'.repeat(300_000)}`, 'intent/tooLong'],
  ]
  for (const [url, code] of refused) {
    if (code === 'none') assert.is(parseIntent(url).params['claims'], '{')
    else await fails(code, () => parseIntent(url))
  }
})

test('answers never go where a browser would run them', async () => {
  const open = (url: string) => () =>
    parseIntent(`https://did.web3essentials.io/didsign?redirecturl=${encodeURIComponent(url)}`)
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'nonsense']) {
    await fails('intent/badReturnUrl', open(url))
  }
  assert.is(open('myapp://back')().redirectUrl, 'myapp://back')
  const broken = token({ redirecturl: 'https://my.app/\ud800' })
  await fails('intent/badReturnUrl', () => parseIntent(`elastos://didsign/${broken}`))
})

test('a parameter named like a built-in stays a parameter', () => {
  const { params } = parseIntent('https://did.web3essentials.io/didsign?__proto__=x&data=y')
  assert.is(params['data'], 'y')
  assert.is(Object.getPrototypeOf(params), Object.prototype)
})

test('a token travels in the path of the redirect, in front of its query', () => {
  const at = (redirecturl: string) =>
    replyTo(parseIntent(`elastos://didsign/${token({ redirecturl })}`), { jwt: 'a.b.c' })
  assert.equal(at('https://my.app/in'), { way: 'redirect', url: 'https://my.app/in/a.b.c' })
  assert.equal(at('https://my.app/in?x=1'), {
    way: 'redirect',
    url: 'https://my.app/in/a.b.c?x=1',
  })
})

test('any other answer travels as `result`', () => {
  const at = (query: string) =>
    replyTo(parseIntent(`https://wallet.web3essentials.io/pay?${query}`), { txid: null, a: 'é&' })
  const result = encodeURIComponent('{"txid":null,"a":"é&"}')
  assert.equal(at('redirecturl=https://my.app/in'), {
    way: 'redirect',
    url: `https://my.app/in?result=${result}`,
  })
  assert.equal(at('redirecturl=https%3A%2F%2Fmy.app%2Fin%3Fx%3D1'), {
    way: 'redirect',
    url: `https://my.app/in?x=1&result=${result}`,
  })
  assert.equal(at('callbackurl=http://localhost/cb'), {
    way: 'callback',
    url: 'http://localhost/cb',
    body: { result: '{"txid":null,"a":"é&"}' },
  })
  assert.equal(at('x=1'), { way: 'result' })
})

test('no token at all is an empty result', () => {
  const intent = parseIntent('https://did.web3essentials.io/credaccess?redirecturl=https://my.app')
  const url = 'https://my.app?result=%7B%7D'
  assert.equal(replyTo(intent, { jwt: null }), { way: 'redirect', url })
})

test('what Essentials has and this wallet has not is named', async () => {
  await fails('intent/notHere', () => actionOf('wallet', 'dposvotetransaction'))
  await fails('intent/unknownAction', () => actionOf('wallet', 'credaccess'))
  const error = await fails('intent/unknownAction', () => actionOf('did', 'credacces'))
  assert.match(error.hint ?? '', 'credaccess')
})

test('no text makes the reader do anything but answer or explain', () => {
  const near = fc
    .tuple(
      fc.constantFrom(
        'https://did.web3essentials.io/',
        'elastos://',
        'https://wallet.elastos.net/',
      ),
      fc.string(),
      fc.constantFrom('?', '/', '?claims=', '?redirecturl='),
      fc.string(),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (url) => {
      try {
        parseIntent(url)
      } catch (error) {
        assert.ok(error instanceof ElaError, `${url}: ${String(error)}`)
      }
    }),
    { numRuns: 2000 },
  )
})

test.run()
