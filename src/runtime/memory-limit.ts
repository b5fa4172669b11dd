/** Whether one more DApp may be opened: machines die slowly when all of them use what they may. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { RuntimeError } from './errors.ts'

const MIB = 1_048_576
/** Most DApps use a tenth of what they may. */
const PROMISED_PER_BYTE = 4
/** What is left to everything else on the machine. */
const KEPT_SHARE = 0.05

export interface MachineMemory {
  readonly totalBytes: number
  readonly availableBytes: number
}

/**
 * Throws `runtime/memoryFull`.
 *
 * @param runningMiB what each DApp that runs may use
 */
export function admitMemory(
  wantedMiB: number,
  runningMiB: readonly number[],
  machine: MachineMemory = machineMemory(),
): void {
  const promised = (runningMiB.reduce((sum, one) => sum + one, 0) + wantedMiB) * MIB
  const count = runningMiB.length
  if (promised > machine.totalBytes * PROMISED_PER_BYTE) {
    throw RuntimeError.memoryFull(count, wantedMiB, 'together they may use too much of it')
  }
  const left = machine.availableBytes - machine.totalBytes * KEPT_SHARE
  if (left < wantedMiB * MIB) {
    const free = Math.max(0, Math.floor(left / MIB))
    throw RuntimeError.memoryFull(count, wantedMiB, `${free} MiB are free`)
  }
}

export function machineMemory(): MachineMemory {
  const total = totalmem()
  // In a container the machine's memory is not ours to give away.
  const constrained = process.constrainedMemory?.() ?? 0
  const isConstrained = constrained > 0 && constrained < total
  const available = availableOnLinux() ?? freemem()
  if (!isConstrained) return { totalBytes: total, availableBytes: available }
  return { totalBytes: constrained, availableBytes: Math.min(available, constrained) }
}

/** What could be used, caches that can be dropped included. */
function availableOnLinux(): number | undefined {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) * 1_024
  } catch {
    return undefined
  }
}
