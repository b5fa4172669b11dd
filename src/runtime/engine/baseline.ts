/**
 * How much the engine takes as data before a DApp runs in it. The kernel's limit counts from zero, so
 * it is this and the DApp's share. It depends on the engine and on how many threads it starts, and so
 * on the machine; `ela doctor` measures it.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { cacheFolder, ownFolder } from './cache-folder.ts'
import { ENGINE_VERSION } from './pinned.ts'

const MIB = 1024 * 1024
/** Measured with two processors and four workers: 542 MiB. */
const DEFAULT_BYTES = 544 * MIB
/** A note with less or more than this was not written by a measurement. */
const PLAUSIBLE = { least: 64 * MIB, most: 4096 * MIB }

/** Under load the engine holds some 200 MiB for a DApp that needs nothing itself. */
const LEAST_MIB = 384

/** The kernel's limit for a DApp that may have `memoryMiB`; never so low that load alone ends it. */
export function dataBytes(memoryMiB: number, folder: string = cacheFolder()): number {
  return (readBaseline(folder) ?? DEFAULT_BYTES) + Math.max(memoryMiB, LEAST_MIB) * MIB
}

/** Bytes, as measured on this machine for this engine. */
export function readBaseline(folder: string = cacheFolder()): number | undefined {
  const place = ownFolder(folder)
  if (place === undefined) return undefined
  let text: string
  try {
    text = readFileSync(path.join(place, 'engine-baseline'), 'utf8')
  } catch {
    return undefined
  }
  const [start, bytes] = text.split(' = ')
  const value = Number(bytes)
  const isPlausible = value >= PLAUSIBLE.least && value <= PLAUSIBLE.most
  return start === baselineKey() && Number.isSafeInteger(value) && isPlausible ? value : undefined
}

export function writeBaseline(bytes: number, folder: string = cacheFolder()): void {
  const place = ownFolder(folder)
  if (place === undefined) return
  writeFileAtomic(path.join(place, 'engine-baseline'), `${baselineKey()} = ${bytes}\n`, 0o600)
}

function baselineKey(): string {
  return `${ENGINE_VERSION} ${process.platform}-${process.arch} ${availableParallelism()}`
}

/** Data of a running process in bytes; Linux only. */
export function dataOf(pid: number): number | undefined {
  try {
    const [, kib] = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}
