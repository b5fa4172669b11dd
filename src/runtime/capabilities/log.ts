import type { Wish } from '../../bundle/capabilities/grammar.ts'
import { log as grammar } from '../../bundle/capabilities/log.ts'
import { plainLine } from '../plain-line.ts'
import { LOG_LEVELS, type LogLevel } from '../world.ts'
import type { ElaLog } from './env.ts'
import type { Answer, Capability } from './kind.ts'

const MOST_BYTES = 64 * 1024
const LONGEST_LINE = 8 * 1024

/** `env.ELA.log`: lines for whoever runs the DApp, without anything a terminal would obey. */
export const log: Capability<Wish, keyof ElaLog> = {
  grammar,
  methods: {
    debug: { mostBytes: MOST_BYTES },
    info: { mostBytes: MOST_BYTES },
    warn: { mostBytes: MOST_BYTES },
    error: { mostBytes: MOST_BYTES },
  },
  open({ id, world }) {
    const answer =
      (level: LogLevel): Answer =>
      async (parts) => {
        const line = plainLine(parts.map(textOf).join(' '), LONGEST_LINE)
        world.onLog?.({ instance: id, level, line })
      }
    const answers = Object.fromEntries(LOG_LEVELS.map((level) => [level, answer(level)]))
    return { answers: answers as Record<LogLevel, Answer>, async close() {} }
  },
}

function textOf(part: unknown): string {
  if (typeof part === 'string') return part
  if (part instanceof Uint8Array) return `${part.length} bytes`
  return JSON.stringify(part) ?? 'undefined'
}
