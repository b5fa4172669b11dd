/** Projects made from templates, and a shell in which `ela` is the one under test. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createProject } from '../../src/scaffold/create-project.ts'
import type { Template } from '../../src/scaffold/templates.ts'
import { root } from './ela.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export interface TestProject extends Disposable {
  readonly folder: TemporaryFolder
  /** The project's own folder. */
  readonly path: string
  join(...parts: string[]): string
  /** Changes a file by replacing a text that must be in it. */
  edit(file: string, from: string, to: string): void
  /** PATH with `ela` (run from source) in front. */
  readonly env: Readonly<Record<string, string>>
}

/** How to run `ela` from source wherever one stands. */
export const elaCommand: readonly string[] = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  path.join(root, 'src/main.ts'),
]

export function projectFrom(template: Template): TestProject {
  const folder = temporaryFolder()
  const project = folder.join('song-shop')
  createProject({ template, folder: project, name: 'song-shop' })
  mkdirSync(folder.join('bin'))
  const words = elaCommand.map((word) => `'${word}'`).join(' ')
  writeFileSync(folder.join('bin', 'ela'), `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(folder.join('bin', 'ela'), 0o755)
  const join = (...parts: string[]) => path.join(project, ...parts)
  return {
    folder,
    path: project,
    join,
    edit: (file, from, to) => {
      const text = readFileSync(join(file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} has no \`${from}\``)
      writeFileSync(join(file), text.replace(from, to))
    },
    env: {
      PATH: `${folder.join('bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder.path,
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

export interface Run {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end and gives back all it printed. */
export function runProgram(
  words: readonly string[],
  { path: cwd, env }: Pick<TestProject, 'path' | 'env'>,
): Promise<Run> {
  const [file = '', ...args] = words
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
