import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { ElaError } from '../base/errors.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { stringify } from '../base/printer.ts'
import { programOf } from '../base/program.ts'
import { redact } from '../base/redactor.ts'
import { loadConfig } from '../config/load.ts'
import type { CiBench, CiStep } from './ci-bench.ts'
import { packageSteps } from './ci-package.ts'
import { releaseSteps } from './ci-release.ts'
import { type CiReport, type CiStepResult, junitOf } from './ci-report.ts'
import type { Context } from './context.ts'
import type { DevnetFlags } from './devnet-flags.ts'
import { withOwnDevnet } from './own-devnet.ts'
import { projectFolder } from './project-folder.ts'

export interface CiFlags extends DevnetFlags {
  readonly junit?: string
  readonly report?: string
  readonly keep?: boolean
}

const steps: readonly CiStep[] = [...packageSteps, ...releaseSteps]
const SIGNS = { passed: 'green', failed: 'red', skipped: 'yellow' } as const

export async function runCi(
  typed: string | undefined,
  flags: CiFlags,
  context: Context,
): Promise<void> {
  const began = performance.now()
  const config = await loadConfig(typed ?? projectFolder(context.cwd))
  const keep = flags.keep === true
  const temporary = mkdtempSync(path.join(tmpdir(), 'ela-ci-'))
  const made = { bundleId: '', version: '', release: '', installed: '' }
  const results: CiStepResult[] = []
  let exit: number = exitCodes.done
  try {
    writeShim(path.join(temporary, 'bin'))
    await withOwnDevnet({ flags, config, keep }, context, async (devnet) => {
      const bench: CiBench = { context, config, temporary, devnet, made }
      for (const step of steps) {
        const { result, error } = await runStep(step, bench, results)
        // What was interrupted found nothing.
        if (context.signal.aborted) break
        results.push(result)
        tell(result, context)
        if (error !== undefined && exit === exitCodes.done) exit = exitCodes[error.exit]
      }
    })
  } finally {
    if (keep) context.printer.say(`The bundles are kept in ${temporary}`)
    else rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  }
  const { bundleId, version } = made
  const ms = Math.round(performance.now() - began)
  const passed = exit === exitCodes.done && results.length === steps.length
  const report = { passed, name: config.name, version, bundleId, ms, steps: results }
  writeReports(report, flags, context)
  context.exitWith(exit)
  context.printer.answer('ci', report, ciText)
}

/** `ela` of the project's own scripts is this one. */
function writeShim(folder: string): void {
  mkdirSync(folder)
  const { file, args } = programOf('main', 'main.ts')
  const words = [file, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  writeFileSync(path.join(folder, 'ela'), `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(path.join(folder, 'ela'), 0o755)
}

async function runStep(step: CiStep, bench: CiBench, before: readonly CiStepResult[]) {
  const { name, needs } = step
  const began = performance.now()
  const ended = (status: CiStepResult['status'], detail: string) => ({
    ...{ name, status, detail },
    ms: Math.round(performance.now() - began),
  })
  const missing = before.find((one) => needs.includes(one.name) && one.status === 'failed')
  const idle = before.find((one) => needs.includes(one.name) && one.status === 'skipped')
  const lacks = missing ?? idle
  if (lacks !== undefined) {
    return { result: ended('skipped', `it needs the step \`${lacks.name}\``), error: undefined }
  }
  try {
    const found = await step.run(bench)
    const result =
      typeof found === 'string' ? ended('passed', found) : ended('skipped', found.skipped)
    return { result, error: undefined }
  } catch (error) {
    // A defect ends the run; what a step found does not.
    if (!(error instanceof ElaError)) throw error
    const { code, hint } = error
    const message = redact(error.message, 'everywhere')
    const told = { code, message, ...(hint && { hint: redact(hint, 'everywhere') }) }
    return { result: { ...ended('failed', message), error: told }, error }
  }
}

function tell(result: CiStepResult, { printer }: Context): void {
  printer.event({ event: 'ci-step', ...result })
  const { name, status, detail, ms, error } = result
  const paint = printer.talk
  const took = status === 'skipped' ? '' : `  ${paint('dim', `${ms} ms`)}`
  printer.say(`${paint(SIGNS[status], status.padEnd(8))}${name.padEnd(11)}${detail}${took}`)
  if (error?.hint !== undefined) printer.say(error.hint)
}

function writeReports(report: CiReport, flags: CiFlags, { cwd, printer }: Context): void {
  const files: readonly (readonly [string | undefined, string])[] = [
    [flags.junit, junitOf(report)],
    [flags.report, `${stringify({ ok: true, schema: 'ela/ci@1', data: report })}\n`],
  ]
  for (const [typed, text] of files) {
    if (typed === undefined) continue
    const file = path.resolve(cwd, typed)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileAtomic(file, text)
    printer.say(`written ${file}`)
  }
}

function ciText({ passed, name, version, bundleId, steps: all, ms }: CiReport): string {
  const failed = all.filter(({ status }) => status === 'failed').map((step) => step.name)
  const skipped = all.filter(({ status }) => status === 'skipped').length
  const verdict = failed.length === 0 ? 'interrupted' : `failed at ${failed.join(', ')}`
  return [
    `${name} ${version}: ${passed ? 'may be released' : verdict}`,
    `${all.length} steps, ${failed.length} failed, ${skipped} skipped, ${(ms / 1000).toFixed(1)} s`,
    ...(bundleId === '' ? [] : [bundleId]),
  ].join('\n')
}
