/** Answers have exactly the members and kinds of values of the real node, errors its words. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../../src/base/bytes-text.ts'
import { esc } from '../../../src/nodes/esc/kind.ts'
import { addressOf, ask, get, signed } from '../../support/evm.ts'
import { fails, until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startNode, type TestNode } from '../../support/node.ts'

type Shape = string | readonly [Shape] | { readonly [member: string]: Shape }

interface Vectors {
  readonly shapes: Readonly<Record<string, Shape>>
  readonly answers: readonly { method: string; params: readonly unknown[]; result: Shape }[]
  readonly errors: readonly {
    method: string
    params: readonly unknown[]
    code: number
    message: string
  }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/evm/shapes.json', import.meta.url), 'utf8'),
) as Vectors

const kinds: Readonly<Record<string, RegExp>> = {
  hash: /^"0x[0-9a-f]{64}"$/,
  address: /^"0x[0-9a-f]{40}"$/i,
  'address or null': /^(?:"0x[0-9a-f]{40}"|null)$/i,
  quantity: /^"0x(?:0|[1-9a-f][0-9a-f]*)"$/,
  data: /^"0x(?:[0-9a-f]{2})*"$/,
  bloom: /^"0x[0-9a-f]{512}"$/,
  nonce: /^"0x[0-9a-f]{16}"$/,
  zeros: /^"0x0{64}"$/,
  decimal: /^"(?:0|[1-9]\d*)"$/,
  boolean: /^(?:true|false)$/,
  null: /^null$/,
}

/** Where `value` is not of the shape; nothing when it is. */
function misfits(value: unknown, shape: Shape, where: string): readonly string[] {
  if (typeof shape === 'string') {
    const named = vectors.shapes[shape]
    if (named !== undefined) return misfits(value, named, where)
    const text = JSON.stringify(value)
    const fits = shape.startsWith('=')
      ? text === JSON.stringify(shape.slice(1))
      : kinds[shape]?.test(text)
    return fits === true ? [] : [`${where} is ${text}, not ${shape}`]
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${where} is no list`]
    const [item = ''] = shape as readonly [Shape]
    return value.flatMap((one, index) => misfits(one, item, `${where}[${index}]`))
  }
  if (typeof value !== 'object' || value === null) return [`${where} is no object`]
  const [has, should] = [Object.keys(value).sort(), Object.keys(shape).sort()]
  if (has.join() !== should.join()) return [`${where} has ${has.join()}, not ${should.join()}`]
  return Object.entries(shape).flatMap(([name, inner]) =>
    misfits((value as Record<string, unknown>)[name], inner, `${where}.${name}`),
  )
}

/** Runtime → code that deploys it. */
function deploying(runtime: string): Uint8Array {
  const size = (runtime.length / 2).toString(16).padStart(2, '0')
  return fromHex(`60${size}600a5f3960${size}5ff3${runtime}`)
}

const REASON = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
const contracts: Readonly<Record<string, string>> = {
  reverts: '0x5f5ffd',
  revertsData: '0x60205ffd',
  explains: `0x60646010 5f39 60645ffd`.replaceAll(' ', '').padEnd(34, '0') + REASON,
  invalid: '0xfe',
  jumps: '0x5f56',
  endless: '0x5b5f56',
}

const test = suite<{ node: TestNode; url: string; names: Record<string, string> }>('ESC, exactly')

test.before(async (context) => {
  const node = await startNode(esc)
  const url = String(node.entry['rpc'])
  const names: Record<string, string> = {
    address: addressOf(0),
    stranger: `0x${'98'.repeat(20)}`,
    nothing: `0x${'11'.repeat(32)}`,
  }
  const mined = async (nonce: number, given: Parameters<typeof signed>[1]) => {
    const { raw, hash } = signed(nonce, { value: 0n, gasLimit: 300_000n, ...given })
    await get(url, 'eth_sendRawTransaction', [raw])
    return until('the receipt', async () => {
      return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
    })
  }
  const created = await mined(0, { to: undefined, data: deploying('600760206000a1') })
  const called = await mined(1, { to: created.contractAddress })
  names['creation'] = created.transactionHash
  names['contract'] = created.contractAddress
  names['transaction'] = called.transactionHash
  names['block'] = called.blockHash
  for (const [index, [name, code]] of Object.entries(contracts).entries()) {
    const address = `0x${`${index + 1}`.padStart(40, '7')}`
    names[name] = address
    await get(url, 'anvil_setCode', [address, code])
  }
  Object.assign(context, { node, url, names })
})
test.after(async ({ node }) => {
  await node[Symbol.asyncDispose]()
})

function filled(params: readonly unknown[], names: Readonly<Record<string, string>>): unknown {
  return JSON.parse(JSON.stringify(params).replace(/\$(\w+)/g, (_, name) => names[name] ?? '?'))
}

test('has the shapes of the real node in every answer', async ({ url, names }) => {
  const wrong: string[] = []
  for (const { method, params, result } of vectors.answers) {
    const reply = await ask(url, method, filled(params, names))
    const where = `${method} ${JSON.stringify(params)}`
    if (reply.error !== undefined) wrong.push(`${where}: ${reply.error.message}`)
    else wrong.push(...misfits(reply.result, result, where))
  }
  assert.equal(wrong, [])
})

test('has the words of the real node for every error', async ({ url, names }) => {
  for (const { method, params, code, message } of vectors.errors) {
    const { error } = await ask(url, method, filled(params, names))
    const where = `${method} ${JSON.stringify(params)}`
    assert.is(error?.message, message, where)
    assert.is(error?.code, code, where)
    assert.is('data' in (error ?? {}), code === 3, where)
  }
})

test('knows call objects as they were: with `data`, and without `input`', async ({
  url,
  names,
}) => {
  const to = names['contract']
  const slot = `0x${'0'.repeat(63)}1`
  // Returns its call data.
  const echo = { [String(to)]: { code: '0x365f5f37365ff3' } }
  assert.is(await get(url, 'eth_call', [{ to, data: slot }, 'latest', echo]), slot)
  assert.is(await get(url, 'eth_call', [{ to, input: slot }, 'latest', echo]), '0x')
})

test('has no base fee in contracts, and a chain id', async ({ url, names }) => {
  const to = names['contract']
  const code = '0x485f52466020526040' + '5ff3'
  const answer = await get(url, 'eth_call', [{ to }, 'latest', { [String(to)]: { code } }])
  assert.is(answer, `0x${'0'.repeat(64)}${'15'.padStart(64, '0')}`)
})

test('has difficulty 0 in contracts, in calls, in blocks and after a restart', async () => {
  using folder = temporaryFolder()
  const dataDir = folder.path
  const zeros = `0x${'0'.repeat(64)}`
  // Keeps the difficulty, and the hash of the last block, which is no zero.
  const runtime = '445f55' + '60014303406001' + '55' + '445f5260205ff3'
  const { raw, hash } = signed(0, {
    ...{ to: undefined, value: 0n, gasLimit: 300_000n },
    data: deploying(runtime),
  })
  let address: `0x${string}` = '0x'
  const check = async (url: string) => {
    assert.is(await get(url, 'eth_getCode', [address, 'latest']), `0x${runtime}`)
    assert.is(await get(url, 'eth_getStorageAt', [address, '0x0', 'latest']), zeros)
    assert.is.not(await get(url, 'eth_getStorageAt', [address, '0x1', 'latest']), zeros)
  }
  {
    await using node = await startNode(esc, { dataDir })
    const url = String(node.entry['rpc'])
    assert.is(await get(url, 'eth_call', [{ data: '0x445f5260205ff3' }, 'latest']), zeros)
    const traced = await get(url, 'debug_traceCall', [{ data: '0x4450' }, 'latest', {}])
    assert.equal(traced.structLogs[1].stack, ['0x0'])
    await get(url, 'eth_sendRawTransaction', [raw])
    address = (await get(url, 'eth_getTransactionReceipt', [hash])).contractAddress
    const called = signed(1, { to: address, value: 0n, gasLimit: 300_000n })
    await get(url, 'eth_sendRawTransaction', [called.raw])
    await until('the call', async () => {
      return (await get(url, 'eth_getTransactionReceipt', [called.hash])) ?? undefined
    })
    await check(url)
  }
  await using node = await startNode(esc, { dataDir })
  await check(String(node.entry['rpc']))
})

test('has difficulty 0 in contracts that wait for their block while the node restarts', async () => {
  using folder = temporaryFolder()
  const options = { dataDir: folder.path, mining: { mode: 'none' } } as const
  const { raw, hash } = signed(0, {
    ...{ to: undefined, value: 0n, gasLimit: 300_000n },
    data: deploying('445f55'),
  })
  {
    await using node = await startNode(esc, options)
    await get(String(node.entry['rpc']), 'eth_sendRawTransaction', [raw])
  }
  await using node = await startNode(esc, options)
  const url = String(node.entry['rpc'])
  await get(url, 'evm_mine')
  const { contractAddress } = await get(url, 'eth_getTransactionReceipt', [hash])
  await until('the change', async () => {
    const debug = await get(url, 'debug_traceCall', [{ to: contractAddress }, 'latest', {}])
    return debug.structLogs[0].op === 'PUSH0' || undefined
  })
})

test('refuses the frozen accounts of the config', async () => {
  const frozenAccounts = [addressOf(1)]
  await using node = await startNode(esc, { options: { frozenAccounts } })
  const url = String(node.entry['rpc'])
  const listed: readonly string[] = await get(url, 'eth_getFrozenAccounts')
  assert.equal(
    listed.map((one) => one.toLowerCase()),
    frozenAccounts,
  )
  const send = async (from: number) => ask(url, 'eth_sendRawTransaction', [signed(0, { from }).raw])
  assert.is((await send(1)).error?.message, 'is frozen account')
  assert.ok((await send(0)).result)
  await fails('evm/badOption', () => startNode(esc, { options: { frozenAccounts: ['0x1'] } }))
})

test('takes the lowest gas price from the config', async () => {
  await using node = await startNode(esc, { options: { minGasPrice: '50000000000' } })
  const url = String(node.entry['rpc'])
  assert.is(Number(await get(url, 'eth_gasPrice')), 50e9)
  const send = async (gasPrice: bigint) =>
    ask(url, 'eth_sendRawTransaction', [signed(0, { gasPrice }).raw])
  assert.is((await send(50_000_000_000n - 1n)).error?.message, 'gasPrice too low')
  assert.ok((await send(50_000_000_000n)).result)
  const { raw } = signed(1, { gasPrice: 70_000_000_000n })
  await get(url, 'eth_sendRawTransaction', [raw])
  // Of two blocks the cheaper counts.
  assert.is(Number(await get(url, 'eth_gasPrice')), 50e9)
  await get(url, 'eth_sendRawTransaction', [signed(2, { gasPrice: 70_000_000_000n }).raw])
  await until('the third', async () => {
    return Number(await get(url, 'eth_gasPrice')) === 70e9 || undefined
  })
  await fails('evm/badOption', () => startNode(esc, { options: { minGasPrice: '1 gwei' } }))
})

test.run()
