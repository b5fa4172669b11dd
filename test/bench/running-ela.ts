/** A built `ela dev` in a temporary project, as a user would have it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../support/ela.ts'

export interface RunningEla {
  readonly child: ChildProcess
  /** From the spawn until the event came, in ms. */
  readonly until: (
    event: string,
  ) => Promise<{ readonly ms: number; readonly data: Record<string, unknown> }>
  /** Sends SIGTERM and says how long the end took, in ms. */
  readonly stop: () => Promise<number>
}

const LIMIT_MS = 60_000

export function startEla(args: readonly string[], cwd: string): RunningEla {
  const began = performance.now()
  const child = spawn(process.execPath, [path.join(root, 'bin/ela.js'), ...args, '--json-stream'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
  })
  const seen: { readonly ms: number; readonly data: Record<string, unknown> }[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push({ ms: performance.now() - began, data: JSON.parse(line) as Record<string, unknown> })
    for (const check of waiting) check()
  })
  return {
    child,
    until: (event) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`no ${event} in ${LIMIT_MS} ms`)), LIMIT_MS)
        const check = () => {
          const found = seen.find(({ data }) => data['event'] === event)
          if (found === undefined) return
          clearTimeout(limit)
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
      }),
    stop: async () => {
      const asked = performance.now()
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      return performance.now() - asked
    },
  }
}
