import { exitCodes } from '../base/exit-codes.ts'
import type { Paint } from '../base/printer.ts'
import { findLevel } from '../runtime/jail/find-level.ts'
import { isAtLeast, type Level } from '../runtime/jail/level.ts'
import type { Context } from './context.ts'
import {
  type Check,
  checkAnvil,
  checkEngineFile,
  checkMemory,
  checkNode,
  checkTar,
} from './doctor-checks.ts'

interface Diagnosis {
  /** `none`: no DApp can be run at all. */
  readonly level: Level | 'none'
  readonly checks: readonly Check[]
}

interface DoctorFlags {
  readonly requireLevel?: Level
  readonly measure: boolean
}

const meanings: Readonly<Record<Diagnosis['level'], string>> = {
  A: 'namespaces, a filter for system calls, limits; the strongest there is',
  B: "the system's sandbox and limits",
  C: 'the engine alone is the wall; Linux with bubblewrap has more',
  none: 'DApps cannot be run here',
}

/** Prints the diagnosis. Exit code 4 when a level is required that is not there, else 0. */
export async function examine(
  { printer, exitWith }: Context,
  { requireLevel, measure }: DoctorFlags,
): Promise<void> {
  printer.say('Looking at this machine…')
  const [engine, jail] = await Promise.all([checkEngineFile(), findLevel()])
  const memory = engine.ok ? [await checkMemory(jail.level, measure)] : []
  const level = [engine, ...memory].every(({ ok }) => ok) ? jail.level : 'none'
  const checks = [checkNode(), engine, ...jail.checks, ...memory, checkAnvil(), checkTar()]
  printer.answer('doctor', { level, checks }, diagnosisText)
  if (requireLevel === undefined) return
  if (level !== 'none' && isAtLeast(level, requireLevel)) return
  printer.warn(`Level ${requireLevel} is required, and this machine has ${level}.`)
  exitWith(exitCodes.environment)
}

function diagnosisText({ level, checks }: Diagnosis, paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap(({ name, ok, found, cure }) => [
    `${ok ? paint('green', 'ok') : paint('red', 'no')}  ${name.padEnd(width)}  ${found}`,
    ...cure.map((line) => (line === '' ? '' : `${' '.repeat(width + 6)}${line}`)),
  ])
  return [...lines, '', `DApps are isolated at level ${level}: ${meanings[level]}.`].join('\n')
}
