/**
 * The files of a chain: `journal-<n>.log`, and `state-<n>.json` it builds upon from the second
 * generation on. A new generation exists from the moment its journal has its name; until then the
 * one before it counts.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { EvmError } from './errors.ts'
import { Journal, type JournalRecord } from './journal.ts'

export interface SavedChain {
  readonly journal: Journal
  readonly generation: number
  /** Absolute path of the state file the engine loads first. */
  readonly stateFile: string | undefined
  /** The records after the first. */
  readonly records: readonly JournalRecord[]
}

/**
 * Opens what is there or begins anew.
 * Throws `evm/stateDamaged`, `evm/stateShortened` and `evm/folderUnwritable`.
 */
export function openSavedChain(dataDir: string, chainId: number): SavedChain {
  try {
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    throw EvmError.folderUnwritable(dataDir, error)
  }
  const generation = generations(dataDir).at(-1)
  assertNoneMissing(dataDir, generation)
  if (generation === undefined) return newChain(dataDir, chainId)
  const file = journalFile(dataDir, generation)
  const { journal, records } = Journal.open(file)
  const [start, ...rest] = records
  if (start?.kind !== 'start') throw EvmError.stateDamaged(file, 'it has no beginning')
  if (start.chainId !== chainId) {
    throw EvmError.stateDamaged(file, `it is of chain ${start.chainId}, not of chain ${chainId}`)
  }
  const stateFile = start.state === undefined ? undefined : path.join(dataDir, start.state.file)
  if (start.state !== undefined && stateFile !== undefined) check(stateFile, start.state.sha256)
  removeOthers(dataDir, generation)
  return { journal, generation, stateFile, records: rest }
}

export function hasSavedChain(dataDir: string): boolean {
  return generations(dataDir).length > 0
}

/** A chain without a past. */
export function newChain(dataDir: string, chainId: number): SavedChain {
  const generation = (generations(dataDir).at(-1) ?? -1) + 1
  const file = journalFile(dataDir, generation)
  const journal = Journal.create(file, [{ kind: 'start', chainId }])
  removeOthers(dataDir, generation)
  return { journal, generation, stateFile: undefined, records: [] }
}

export interface Copy {
  readonly chainId: number
  readonly height: number
  /** The engine's own dump: gzipped JSON. */
  readonly dump: Uint8Array
  /** What still holds but is not in the dump. */
  readonly records: readonly JournalRecord[]
}

/** Saves a whole copy and begins a new, short journal. */
export function saveCopy(dataDir: string, before: SavedChain, copy: Copy): SavedChain {
  const generation = before.generation + 1
  const file = `state-${generation}.json`
  const json = gunzipSync(copy.dump)
  try {
    writeFileAtomic(path.join(dataDir, file), json)
  } catch (error) {
    throw EvmError.folderUnwritable(dataDir, error)
  }
  const sha256 = createHash('sha256').update(json).digest('hex')
  const start = { kind: 'start', chainId: copy.chainId } as const
  const journal = Journal.create(journalFile(dataDir, generation), [
    { ...start, state: { file, sha256, height: copy.height } },
    ...copy.records,
  ])
  before.journal.close()
  removeOthers(dataDir, generation)
  return { journal, generation, stateFile: path.join(dataDir, file), records: copy.records }
}

function check(stateFile: string, sha256: string): void {
  let bytes: Buffer
  try {
    bytes = readFileSync(stateFile)
  } catch {
    throw EvmError.stateDamaged(stateFile, 'it is missing')
  }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw EvmError.stateDamaged(stateFile, 'its content is not what was written')
  }
}

function journalFile(dataDir: string, generation: number): string {
  return path.join(dataDir, `journal-${generation}.log`)
}

function generations(dataDir: string): readonly number[] {
  return readdirSync(dataDir)
    .flatMap((name) => /^journal-(\d+)\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** A journal that is gone leaves its length behind, or the state it built upon. */
function assertNoneMissing(dataDir: string, generation = -1): void {
  for (const name of readdirSync(dataDir)) {
    const [, noted, saved] = /^(?:journal-(\d+)\.log\.length|state-(\d+)\.json)$/.exec(name) ?? []
    // The state of a copy that was being made has no journal yet; the one before it has.
    const of = noted ?? (generation < 0 ? saved : undefined)
    if (of === undefined || Number(of) <= generation) continue
    throw EvmError.stateDamaged(journalFile(dataDir, Number(of)), 'it is missing')
  }
}

/** Files of other generations are leftovers of a copy that was being made or has been replaced. */
function removeOthers(dataDir: string, generation: number): void {
  for (const name of readdirSync(dataDir)) {
    const of = /^(?:journal|state)-(\d+)\.(?:log|json)(?:\.length)?$/.exec(name)?.[1]
    if (of !== undefined && Number(of) !== generation) rmSync(path.join(dataDir, name))
  }
}
