/** Every capability there is: refused without a grant, works with it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CapabilityName, grammars } from '../../../src/bundle/capabilities/index.ts'
import { capabilities } from '../../../src/runtime/capabilities/index.ts'
import type { Provider } from '../../../src/runtime/placement/provider.ts'
import type { WalletRequest } from '../../../src/runtime/world.ts'
import { fakeRpc } from '../../support/fake-rpc.ts'
import { type GatewaySetup, type TestGateway, testGateway } from '../../support/gateway.ts'
import { openSite, type Site } from '../../support/site.ts'

const test = suite('runtime/capabilities')
const names = Object.keys(grammars) as CapabilityName[]
let site: Site

interface Working {
  /** `capabilities.<name>` of the manifest; the grammar's example when left out. */
  readonly wish?: () => object
  readonly world?: () => GatewaySetup['world']
  /** A call and what comes of it. */
  readonly call: (gateway: TestGateway) => Promise<unknown>
  readonly answer: () => unknown
}

const wallet = {
  ask: async ({ action, params, appName }: WalletRequest) => ({ action, params, appName }),
}
const echo: Provider = {
  name: 'echo',
  placement: 'local',
  check: async () => undefined,
  call: async (method, params) => [method, params],
}

/** A capability that is missing here does not compile. */
const working: Readonly<Record<CapabilityName, Working>> = {
  storage: {
    call: async ({ call }) => {
      await call('storage/put', 'a', 'text')
      return call('storage/getText', 'a')
    },
    answer: () => 'text',
  },
  chain: {
    call: async ({ call, world }) => {
      await using node = await fakeRpc({ eth_blockNumber: () => '0x10' })
      Object.assign(world.chains, { esc: [node.url] })
      return await call('chain/read', 'esc', 'eth_blockNumber')
    },
    answer: () => '0x10',
  },
  did: {
    world: () => ({ wallet }),
    call: ({ call }) => call('did/signIn', { nonce: 'n', realm: 'r', credentials: ['name'] }),
    answer: () => ({
      action: 'credaccess',
      params: { nonce: 'n', realm: 'r', claims: { name: true } },
      appName: 'song-shop',
    }),
  },
  wallet: {
    world: () => ({ wallet }),
    call: ({ call }) => call('wallet/send', 'esc', { to: `0x${'a'.repeat(40)}`, amount: '1.5' }),
    answer: () => ({
      action: 'pay',
      params: { receiver: `0x${'a'.repeat(40)}`, amount: '1.5', currency: 'ETHSC' },
      appName: 'song-shop',
    }),
  },
  // What it is granted for does not exist yet, and it says so.
  carrier: {
    call: ({ call }) => call('carrier/send', 'chat', 'peer', 'hello'),
    answer: () => 'capability/notYet',
  },
  net: {
    wish: () => ({ hosts: [site.origin] }),
    world: () => ({ testNet: site.testNet, resolveHost: async () => ['127.0.0.1'] }),
    call: async ({ call }) => {
      const { status, body } = (await call('net/fetch', `${site.origin}/x`)) as {
        status: number
        body: Uint8Array
      }
      return [status, new TextDecoder().decode(body)]
    },
    answer: () => [200, 'hello'],
  },
  services: {
    world: () => ({ services: { thumbnails: [echo] } }),
    call: ({ call }) => call('services/call', 'thumbnails', 'make', [1]),
    answer: () => ({ value: ['make', [1]], provider: 'echo', placement: 'local' }),
  },
  log: {
    call: ({ call }) => call('log/info', 'a line'),
    answer: () => null,
  },
  clock: {
    world: () => ({ now: () => 7 }),
    call: ({ call }) => call('clock/now'),
    answer: () => 7,
  },
}

test.before(async () => {
  site = await openSite((_, response) => response.end('hello'))
})

test.after(async () => {
  await site[Symbol.asyncDispose]()
})

for (const name of names) {
  const { wish, world, call, answer } = working[name]
  const setup = (): GatewaySetup => ({
    wishes: { [name]: wish?.() ?? grammars[name].example } as never,
    ...(world === undefined ? {} : { world: world() ?? {} }),
  })

  test(`\`${name}\` works when the manifest asks for it and the user grants it`, async () => {
    await using gateway = await testGateway(setup())
    assert.equal(await call(gateway), answer())
    assert.equal(gateway.gateway.stats().denied, 0)
  })

  test(`\`${name}\` is refused without the user's grant, whatever method is called`, async () => {
    const others = new Set(names.filter((one) => one !== name))
    await using gateway = await testGateway({ ...setup(), granted: others })
    for (const method of Object.keys(capabilities[name].methods)) {
      assert.is(await gateway.call(`${name}/${method}`), 'capability/notGranted')
    }
  })

  test(`\`${name}\` is refused when the manifest does not ask for it`, async () => {
    await using gateway = await testGateway({ ...setup(), wishes: {} })
    for (const method of Object.keys(capabilities[name].methods)) {
      assert.is(await gateway.call(`${name}/${method}`), 'capability/notGranted')
    }
  })

  test(`\`${name}\` answers wrong arguments with an error, and too many too`, async () => {
    await using gateway = await testGateway(setup())
    if (name === 'log') return
    for (const method of Object.keys(capabilities[name].methods)) {
      const wrong = await gateway.call(`${name}/${method}`, {}, {}, {}, {}, {})
      assert.match(String(wrong), /^capability\/(tooManyArguments|notDeclared)$/, method)
    }
  })
}

test('services and grammars are the same list, under the same names', () => {
  assert.equal(Object.keys(capabilities).sort(), [...names].sort())
  for (const name of names) {
    assert.is(capabilities[name].grammar, grammars[name])
    assert.is(grammars[name].name, name)
  }
})

test.run()
