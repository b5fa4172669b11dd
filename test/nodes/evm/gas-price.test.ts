import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { AnvilClient } from '../../../src/nodes/evm/anvil-client.ts'
import { GasPrice } from '../../../src/nodes/evm/gas-price.ts'

const test = suite('suggested gas price')
const GWEI = 1_000_000_000n

/** A chain of blocks, each with the gwei its transactions pay; counts what is asked of it. */
function chainOf(...blocks: readonly (readonly number[])[]) {
  const chain = [[], ...blocks]
  const asked: string[] = []
  const block = (at: number) => ({
    number: `0x${at.toString(16)}`,
    hash: `block ${at}`,
    parentHash: `block ${at - 1}`,
    transactions: chain[at]?.map((gwei) => ({
      gasPrice: `0x${(BigInt(gwei) * GWEI).toString(16)}`,
    })),
  })
  const call = async (method: string, [which]: readonly unknown[]) => {
    asked.push(method)
    return block(which === 'latest' ? chain.length - 1 : Number(String(which).split(' ')[1]))
  }
  const price = new GasPrice(() => ({ call }) as unknown as AnvilClient, Number(GWEI))
  return { chain, asked, suggest: async () => Number((await price.suggest()) / GWEI) }
}

test('is 1 gwei before anybody sent anything', async () => {
  assert.is(await chainOf().suggest(), 1)
  assert.is(await chainOf([], [], []).suggest(), 1)
})

test('is what three in five of the cheapest in recent blocks did not exceed', async () => {
  assert.is(await chainOf([7, 9]).suggest(), 7)
  assert.is(await chainOf([5], [4, 90], [3], [2], [80, 1]).suggest(), 3)
  assert.is(await chainOf(...Array(20).fill([50]), ...Array(20).fill([2])).suggest(), 2)
})

test('looks further back behind empty blocks, but not for ever', async () => {
  const empty = (count: number) => Array<number[]>(count).fill([])
  assert.is(await chainOf([6], ...empty(19)).suggest(), 6)
  assert.is(await chainOf([6], ...empty(30)).suggest(), 6)
  const far = chainOf([6], ...empty(100))
  assert.is(await far.suggest(), 1)
  assert.is(far.asked.length, 101)
})

test('has a floor and a ceiling, and stays where it was while nothing is sent', async () => {
  const { chain, suggest } = chainOf([900])
  assert.is(await suggest(), 500)
  chain.push(...Array<number[]>(200).fill([]))
  assert.is(await suggest(), 500)
  chain.push([0])
  assert.is(await suggest(), 1)
})

test('asks for a block once', async () => {
  const { chain, asked, suggest } = chainOf(...Array<number[]>(30).fill([3]))
  await suggest()
  const before = asked.length
  chain.push([3])
  await suggest()
  assert.is(asked.length - before, 1)
})

test.run()
