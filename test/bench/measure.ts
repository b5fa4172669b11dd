/** Measuring whole processes and rates, with medians: single figures of a shared machine mean little. */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no values')
  return middle
}

/** Milliseconds that a command takes, as a whole process. */
export function commandTime(file: string, args: readonly string[], cwd: string): number {
  const began = performance.now()
  const { status } = spawnSync(file, args, { cwd, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}`)
  return performance.now() - began
}

/** Peak memory of a command in MiB, from the kernel's accounting (Linux). */
export async function peakMemory(file: string, args: readonly string[]): Promise<number> {
  const probe = `process.on('exit',()=>process.stderr.write('\\npeak='+process.resourceUsage().maxRSS))`
  const child = spawn(
    file,
    ['--import', `data:text/javascript,${encodeURIComponent(probe)}`, ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await new Promise((resolve) => child.once('close', resolve))
  return Number(/peak=(\d+)/.exec(said)?.[1]) / 1024
}

/** Two measures in turn (A B A B …), so that a drifting machine does not favour one. */
export async function pair(
  rounds: number,
  a: () => number | Promise<number>,
  b: () => number | Promise<number>,
): Promise<{ readonly a: number; readonly b: number; readonly ratio: number }> {
  const seenA: number[] = []
  const seenB: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const [one, two] = [await a(), await b()]
    // The first round warms the caches.
    if (round > 0) {
      seenA.push(one)
      seenB.push(two)
    }
  }
  const ratios = seenA.map((value, index) => value / (seenB[index] ?? Number.NaN))
  return { a: median(seenA), b: median(seenB), ratio: median(ratios) }
}

/** Memory in MiB. */
export interface Memory {
  /** Pages that several processes share are split among them, strangers on the machine included. */
  readonly pss: number
  /** Such pages are counted in each process: more than is really used. */
  readonly rss: number
}

/** Of a process and all below it. */
export function treeMemory(pid: number): Memory {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while we looked.
    }
  }
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one)
    return one === pid || (parent !== undefined && parent > 1 && isBelow(parent))
  }
  return [...parents.keys()]
    .filter(isBelow)
    .map(memoryOf)
    .reduce((sum, { pss, rss }) => ({ pss: sum.pss + pss, rss: sum.rss + rss }))
}

function memoryOf(pid: number): Memory {
  let rollup = ''
  try {
    rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  } catch {
    // It ended while we looked.
  }
  const of = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1024
  return { pss: of('Pss'), rss: of('Rss') }
}
