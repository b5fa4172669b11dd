import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { anvilBinary } from '../../src/nodes/evm/anvil-binary.ts'
import { elaBuilt, root } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type Figure, ratio } from './figure.ts'
import { freePort, untilAnswers } from './http.ts'
import { median, pair, treeMemory } from './measure.ts'
import { startEla } from './running-ela.ts'

const ROUNDS = 5
const IDLE_MS = 3_000

/** A whole Elastos against one EVM chain of others: start, memory, stop. */
export async function benchDevnet(): Promise<readonly Figure[]> {
  using folder = temporaryFolder()
  const made = await elaBuilt(['init', 'shop', '--template', 'web', '--yes'], { cwd: folder.path })
  if (made.code !== 0) throw new Error(made.stderr)
  const project = folder.join('shop')
  const stops: number[] = []
  const dev = async () => {
    const base = await freePort()
    const running = startEla(['dev', '--port-base', `${base}`], project)
    const { ms } = await running.until('devnet-ready')
    await running.until('answer')
    stops.push(await running.stop())
    return ms
  }
  const hardhat = () => startTime(hardhatNode)
  const anvil = () =>
    startTime(async (port) => spawn(anvilBinary(import.meta.url), ['--port', `${port}`, '--quiet']))
  const againstHardhat = await pair(ROUNDS, dev, hardhat)
  const againstAnvil = await pair(ROUNDS, dev, anvil)
  const running = startEla(['dev', '--port-base', `${await freePort()}`], project)
  await running.until('answer')
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const { pss, rss } = treeMemory(running.child.pid ?? 0)
  stops.push(await running.stop())
  return [
    ratio('four networks ready / hardhat node', againstHardhat, '< 1 ×'),
    ratio('four networks ready / anvil alone', againstAnvil, ''),
    {
      what: 'idle memory of all processes',
      measured: pss,
      unit: 'MiB',
      budget: '≤ 550 MiB',
      note: `Pss; ${rss.toFixed(0)} MiB with shared pages counted in each process`,
    },
    { what: 'stop', measured: median(stops) / 1_000, unit: 's', budget: '≤ 1 s', note: '' },
  ]
}

async function hardhatNode(port: number, folder: string): Promise<ChildProcess> {
  const { mkdirSync, symlinkSync, writeFileSync } = await import('node:fs')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    path.join(folder, 'hardhat.config.cjs'),
    'module.exports = { solidity: "0.8.28" }\n',
  )
  writeFileSync(path.join(folder, 'package.json'), '{}\n')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return spawn(
    process.execPath,
    [
      path.join(root, 'node_modules/hardhat/internal/cli/bootstrap.js'),
      'node',
      '--port',
      `${port}`,
    ],
    {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', HOME: folder },
    },
  )
}

/** From the spawn of a node until it answers `eth_chainId`, in ms. */
async function startTime(
  start: (port: number, folder: string) => Promise<ChildProcess>,
): Promise<number> {
  using folder = temporaryFolder()
  const port = await freePort()
  const began = performance.now()
  const child = await start(port, folder.join('node'))
  await untilAnswers(`http://127.0.0.1:${port}`)
  const took = performance.now() - began
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  return took
}
