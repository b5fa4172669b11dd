/** Every command: its name, one line of help, and how to load it. A new command is one line here. */
import type { Command } from 'commander'
import type { Context } from './context.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Groups `ela --help`. */
  readonly group: 'Start' | 'Devnet' | 'Coins and identity' | 'Help'
  readonly load: () => Promise<{ define(command: Command, context: Context): void }>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    group: 'Help',
    load: () => import('./completion.ts'),
  },
  {
    name: 'help',
    summary: 'explain a command, the exit codes or the environment',
    group: 'Help',
    load: () => import('./help.ts'),
  },
]
