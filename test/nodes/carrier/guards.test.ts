import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Blacklist } from '../../../src/nodes/carrier/blacklist.ts'
import { isInReach } from '../../../src/nodes/carrier/reach.ts'
import { Throttle } from '../../../src/nodes/carrier/throttle.ts'
import { TokenMaker } from '../../../src/nodes/carrier/token-maker.ts'

const test = suite('carrier guards')

const MINUTE = 60_000

/** A clock that stands still until it is moved. */
function clock() {
  let at = 1_000_000
  return { now: () => at, pass: (ms: number) => (at += ms) }
}

test('throttle: lets a burst through, then four a second', () => {
  const { now, pass } = clock()
  const throttle = new Throttle(now)
  const through = (count: number) =>
    Array.from({ length: count }, () => throttle.isTooMany('10.0.0.1')).filter((drop) => !drop)
      .length
  assert.is(through(100), 15)
  assert.is(throttle.isTooMany('10.0.0.2'), false)
  pass(1_000)
  assert.is(through(100), 3)
  pass(60_000)
  assert.is(through(100), 15)
  assert.is(throttle.size, 1)
})

test('throttle: delays what goes out instead', () => {
  const { now } = clock()
  const throttle = new Throttle(now)
  const delays = Array.from({ length: 20 }, () => throttle.delayMs('10.0.0.1'))
  assert.equal(delays.slice(0, 15), new Array(15).fill(0))
  assert.equal(delays.slice(15), [250, 500, 750, 1_000, 1_250])
})

test('throttle: does not grow with forged addresses', () => {
  const { now } = clock()
  const throttle = new Throttle(now)
  for (let index = 0; index < 50_000; index += 1) throttle.isTooMany(`forged ${index}`)
  assert.ok(throttle.size <= 4_096)
})

test('blacklist: bans for an hour after more than thirty unreadable packets', () => {
  const { now, pass } = clock()
  const blacklist = new Blacklist(now)
  for (let count = 0; count < 30; count += 1) blacklist.observeInvalid('a:1')
  assert.not(blacklist.isBanned('a:1'))
  blacklist.observeInvalid('a:1')
  assert.ok(blacklist.isBanned('a:1'))
  assert.not(blacklist.isBanned('a:2'))
  pass(60 * MINUTE)
  assert.not(blacklist.isBanned('a:1'))
})

test('blacklist: forgets what is more than twenty minutes old', () => {
  const { now, pass } = clock()
  const blacklist = new Blacklist(now)
  for (let count = 0; count < 100; count += 1) {
    blacklist.observeInvalid('a:1')
    pass(20 * MINUTE)
  }
  assert.not(blacklist.isBanned('a:1'))
})

test('blacklist: bans addresses that change their id and ids that change their address', () => {
  const { now } = clock()
  const blacklist = new Blacklist(now)
  for (let count = 0; count < 40; count += 1) {
    blacklist.observe('a:1', `id ${count}`)
    blacklist.observe(`b:${count}`, 'wanderer')
    blacklist.observe('c:1', 'steady')
  }
  assert.ok(blacklist.isBanned('a:1'))
  assert.ok(blacklist.isBanned('wanderer'))
  assert.not(blacklist.isBanned('c:1'))
  assert.not(blacklist.isBanned('steady'))
})

test('blacklist: does not grow with forged addresses', () => {
  const { now } = clock()
  const blacklist = new Blacklist(now)
  for (let index = 0; index < 50_000; index += 1) blacklist.observeInvalid(`forged ${index}`)
  assert.ok(blacklist.size <= 8_192)
})

test('token: is good for its asker, address and target, and for five to ten minutes', () => {
  const { now, pass } = clock()
  const tokens = new TokenMaker(now)
  const asker = { id: new Uint8Array(32).fill(1), host: '127.0.0.1', port: 39_001 }
  const target = new Uint8Array(32).fill(2)
  const token = tokens.make(asker, target)
  assert.is(token, token | 0)
  assert.is.not(token, 0)
  assert.ok(tokens.isGood(token, asker, target))
  assert.not(tokens.isGood(token, { ...asker, port: 39_002 }, target))
  assert.not(tokens.isGood(token, { ...asker, host: '127.0.0.2' }, target))
  assert.not(tokens.isGood(token, { ...asker, id: target }, target))
  assert.not(tokens.isGood(token, asker, asker.id))
  assert.not(new TokenMaker(now).isGood(token, asker, target))
  pass(5 * MINUTE)
  assert.ok(tokens.isGood(token, asker, target))
  pass(5 * MINUTE)
  assert.not(tokens.isGood(token, asker, target))
})

test('reach: a devnet keeps to the machine and its network, real nodes leave loopback out', () => {
  const hosts = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.32.0.1', '192.168.1.1', '8.8.8.8']
  const reached = (reach: 'devnet' | 'development' | 'production') =>
    hosts.filter((host) => isInReach(reach, host))
  assert.equal(reached('devnet'), ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1'])
  assert.equal(reached('development'), hosts.slice(1))
  assert.equal(reached('production'), ['172.32.0.1', '8.8.8.8'])
  for (const host of ['0.0.0.0', '169.254.1.1', '224.0.0.1', '255.255.255.255', '::1', 'example']) {
    for (const reach of ['devnet', 'development', 'production'] as const) {
      assert.not(isInReach(reach, host), host)
    }
  }
})

test.run()
