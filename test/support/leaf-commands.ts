/** Every command that does something, found by walking the registry as the command line does. */
import { Command } from 'commander'
import { Printer } from '../../src/base/printer.ts'
import type { Context } from '../../src/commands/context.ts'
import { commands } from '../../src/commands/index.ts'

export interface LeafCommand {
  /** `did key add` */
  readonly words: string
  readonly command: Command
}

export async function leafCommands(): Promise<readonly LeafCommand[]> {
  const sink = { write: () => true }
  const color = { stdout: false, stderr: false }
  const context = {
    printer: new Printer({ stdout: sink, stderr: sink, mode: 'json', color, quiet: true }),
    ...{ cwd: '/', env: {}, interactive: false, exitWith: () => undefined },
  } as unknown as Context
  const found: LeafCommand[] = []
  const visit = (command: Command, words: string): void => {
    if (command.commands.length === 0) found.push({ words, command })
    for (const inner of command.commands) visit(inner, `${words} ${inner.name()}`)
  }
  for (const entry of commands) {
    const command = new Command(entry.name)
    const { define } = await entry.load()
    define(command, context)
    visit(command, entry.name)
  }
  return found
}

/** The command that a line runs: the longest of the registry that it begins with. */
export function leafOf(line: readonly string[], leaves: readonly LeafCommand[]): string {
  const typed = `${line.filter((word) => !word.startsWith('-')).join(' ')} `
  const fits = leaves.map(({ words }) => words).filter((words) => typed.startsWith(`${words} `))
  return fits.sort((a, b) => b.length - a.length)[0] ?? ''
}
