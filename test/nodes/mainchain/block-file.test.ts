import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lockFolder } from '../../../src/nodes/mainchain/folder-lock.ts'
import { openNode } from '../../../src/nodes/mainchain/node.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { GENESIS_COIN, hexOf, labKey, optionsIn, transfer } from '../../support/mainchain.ts'

const test = suite('mainchain/block-file')
const quiet = () => undefined

/** Makes a chain of 12 blocks with a transfer in `folder` and returns its tip. */
function makeChain(folder: string): string {
  const node = openNode(optionsIn(folder), quiet)
  for (let blocks = 0; blocks < 11; blocks += 1) node.miner.mine()
  node.mempool.add(transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 777n]] }))
  const { hash } = node.miner.mine()
  node.close()
  return hash
}

function reopened(folder: string, log: (line: string) => void = quiet) {
  const node = openNode(optionsIn(folder), log)
  const coins = node.chain.ledger.coins.ownedBy(labKey(1).programHash)
  const seen = {
    hash: node.chain.tip.hash,
    height: node.chain.height,
    owned: coins.map(({ output }) => output.value),
  }
  node.close()
  return seen
}

test('has the same chain and coins after it was closed and opened', () => {
  using folder = temporaryFolder()
  const hash = makeChain(folder.path)
  assert.equal(reopened(folder.path), { hash, height: 12, owned: [777n] })
})

test('cuts a half-written block off wherever the writing stopped, and says so', () => {
  using folder = temporaryFolder()
  makeChain(folder.path)
  const file = folder.join('blocks.dat')
  const whole = folder.join('whole')
  copyFileSync(file, whole)
  const { size } = statSync(file)
  // The last block is 800 bytes or so, with its head.
  for (const missing of [1, 2, 100, 500, 700]) {
    copyFileSync(whole, file)
    truncateSync(file, size - missing)
    rmSync(`${file}.length`, { force: true })
    const said: string[] = []
    const { height, owned } = reopened(folder.path, (line) => said.push(line))
    assert.is(height, 11, `${missing} bytes missing`)
    assert.equal(owned, [])
    assert.match(said[0] ?? '', /^cut \d+ bytes of a half-written block/)
    assert.is(reopened(folder.path).height, 11, 'and is whole afterwards')
  }
  copyFileSync(whole, file)
  writeFileSync(file, Buffer.alloc(3_000), { flag: 'a' })
  assert.is(reopened(folder.path).height, 12, 'zeros of a disk that lost the bytes')
})

test('starts anew after it died while writing the head of the file', () => {
  using folder = temporaryFolder()
  const whole = folder.path
  makeChain(whole)
  for (const kept of [0, 3, 8, 39]) {
    truncateSync(folder.join('blocks.dat'), kept)
    rmSync(folder.join('blocks.dat.length'))
    assert.is(reopened(whole).height, 0)
  }
})

test('does not take a chain that lost its end for one that was being written', async () => {
  using folder = temporaryFolder()
  const hash = makeChain(folder.path)
  const file = folder.join('blocks.dat')
  const whole = readFileSync(file)
  const lastButOne = whole.lastIndexOf('EBLK', whole.lastIndexOf('EBLK') - 1)
  for (const kept of [0, 40, 700, lastButOne, lastButOne + 30, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, kept))
    const error = await fails('mainchain/shortened', () => reopened(folder.path))
    assert.match(error.message, file)
    assert.match(error.message, `${kept} bytes and had ${whole.length}`)
    assert.match(error.hint ?? '', 'ela dev --reset')
    assert.is(statSync(file).size, kept, 'nothing was cut off')
  }
  rmSync(file)
  await fails('mainchain/shortened', () => reopened(folder.path))
  writeFileSync(file, whole)
  assert.is(reopened(folder.path).hash, hash)
})

test('names the file and the way out when a byte in the middle changed, and keeps the file', async () => {
  using folder = temporaryFolder()
  makeChain(folder.path)
  const file = folder.join('blocks.dat')
  const whole = readFileSync(file)
  // In a mark, in a length, in a check, in a block, in the last block, in the head.
  for (const at of [40, 45, 50, 500, whole.length - 20, 3]) {
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x40, at)
    writeFileSync(file, damaged)
    const { message, hint } = await fails('mainchain/corrupted', () => reopened(folder.path))
    assert.match(message, file)
    assert.match(hint ?? '', 'ela dev --reset')
    assert.is(Buffer.compare(readFileSync(file), damaged), 0, 'nothing was cut off')
  }
  rmSync(`${file}.length`)
  const cutOut = Buffer.concat([whole.subarray(0, 700), whole.subarray(900)])
  writeFileSync(file, cutOut)
  await fails('mainchain/corrupted', () => reopened(folder.path))
})

test('notices any single bit that changed anywhere', async () => {
  using folder = temporaryFolder()
  makeChain(folder.path)
  const file = folder.join('blocks.dat')
  const whole = readFileSync(file)
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.nat(whole.length - 1),
        // The last record, where damage and a half-written block look most alike.
        fc.integer({ min: whole.lastIndexOf('EBLK'), max: whole.lastIndexOf('EBLK') + 20 }),
      ),
      fc.nat(7),
      async (at, bit) => {
        const damaged = Buffer.from(whole)
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at)
        writeFileSync(file, damaged)
        const inGenesisHash = at >= 8 && at < 40
        await fails(inGenesisHash ? 'mainchain/otherChain' : 'mainchain/corrupted', () =>
          reopened(folder.path),
        )
      },
    ),
    { numRuns: 150 },
  )
})

test('refuses the file of a chain with another genesis', async () => {
  using folder = temporaryFolder()
  makeChain(folder.path)
  const { message } = await fails('mainchain/otherChain', () =>
    openNode(optionsIn(folder.path, { foundation: labKey(1).address }), quiet),
  )
  assert.match(message, '9f1172986e4aeced073ff31631252b481d6cd6154f8662b897b72f6dbabd3003')
  assert.is(reopened(folder.path).height, 12)
})

test('says when its folder cannot be written', async () => {
  using folder = temporaryFolder()
  const notAFolder = folder.join('file')
  writeFileSync(notAFolder, '')
  await fails('mainchain/notWritable', () => openNode(optionsIn(notAFolder), quiet))
})

test('lets one process at a time into a folder, and none stay out for a dead one', async () => {
  using folder = temporaryFolder()
  const file = folder.join('node.lock')
  const unlock = lockFolder(folder.path)
  const { message } = await fails('mainchain/folderInUse', () => lockFolder(folder.path))
  assert.match(message, `process ${process.pid}`)
  unlock()
  assert.not.ok(existsSync(file))
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'long ago' }))
  lockFolder(folder.path)()
})

test('puts the genesis transactions into the first block that may have them, once', () => {
  using folder = temporaryFolder()
  const data = path.join(folder.path, 'data')
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  const options = optionsIn(data, { genesisTransactions: [hexOf(spend)] })
  const first = openNode(options, quiet)
  assert.is(first.chain.height, 11)
  assert.is(first.chain.tip.transactions, 2)
  first.miner.mine()
  first.close()
  const second = openNode(options, quiet)
  assert.is(second.chain.height, 12)
  second.close()
})

test('goes on with a genesis that was interrupted', () => {
  using folder = temporaryFolder()
  const early = openNode(optionsIn(folder.path), quiet)
  for (let blocks = 0; blocks < 4; blocks += 1) early.miner.mine()
  early.close()
  const spend = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  const node = openNode(optionsIn(folder.path, { genesisTransactions: [hexOf(spend)] }), quiet)
  assert.is(node.chain.height, 11)
  assert.is(node.chain.tip.transactions, 2)
  node.close()
})

test('says which genesis transaction is wrong, and why', async () => {
  using folder = temporaryFolder()
  const spend = transfer({ from: labKey(2), coins: [GENESIS_COIN], to: [[labKey(1), 5n]] })
  const options = optionsIn(folder.path, { genesisTransactions: [hexOf(spend)] })
  const { message } = await fails('mainchain/genesisRefused', () => openNode(options, quiet))
  assert.match(message, 'Genesis transaction 0 was refused: transaction validate error: signature')
})

test.run()
