import type { Mining } from '../nodes/kind.ts'
import { ConfigError } from './errors.ts'

const SHORTEST_INTERVAL_MS = 100
const LONGEST_INTERVAL_MS = 24 * 60 * 60 * 1000

/** `auto`, `none` or `interval:MS`, as in the config and in `--mining`. Throws `config/wrongMining`. */
export function parseMining(text: string): Mining {
  if (text === 'auto' || text === 'none') return { mode: text }
  const everyMs = Number(/^interval:(\d{1,9})$/.exec(text)?.[1] ?? Number.NaN)
  if (!(everyMs >= SHORTEST_INTERVAL_MS && everyMs <= LONGEST_INTERVAL_MS)) {
    throw ConfigError.wrongMining(text)
  }
  return { mode: 'interval', everyMs }
}
