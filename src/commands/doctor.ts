/** `ela doctor`: what this machine can do for DApps, and what to do about what it cannot. */
import { type Command, Option } from 'commander'
import type { Context } from './context.ts'

export function define(command: Command, context: Context): void {
  command
    .addOption(
      new Option(
        '--require-level <level>',
        'fail when DApps are isolated less than this: A (own namespaces), B (macOS), C (engine)',
      ).choices(['A', 'B', 'C']),
    )
    .option('--no-measure', 'do not start the engine to measure what it needs')
    .addHelpText(
      'after',
      `
Examples:
  ela doctor
  ela doctor --require-level A     in CI: exit code 4 when the walls are not there`,
    )
    .action(async (flags: { requireLevel?: 'A' | 'B' | 'C'; measure: boolean }) => {
      const { examine } = await import('./doctor-run.ts')
      await examine(context, flags)
    })
}
