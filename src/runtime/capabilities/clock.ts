import { setTimeout as sleep } from 'node:timers/promises'
import { clock as grammar } from '../../bundle/capabilities/clock.ts'
import type { Wish } from '../../bundle/capabilities/grammar.ts'
import { asWhole, atMost } from './arguments.ts'
import type { ElaClock } from './env.ts'
import type { Capability } from './kind.ts'

const MOST_BYTES = 1024
const LONGEST_WAIT_MS = 60_000

/** `env.ELA.clock`: the time of this machine, in whole milliseconds: finer clocks leak. */
export const clock: Capability<Wish, keyof ElaClock> = {
  grammar,
  methods: { now: { mostBytes: MOST_BYTES }, wait: { mostBytes: MOST_BYTES } },
  open: ({ world }) => ({
    answers: {
      now: async (args) => {
        atMost(args, 0)
        return Math.trunc(world.now())
      },
      wait: async (args, { signal }) => {
        atMost(args, 1)
        await sleep(asWhole(args[0], 'ms', LONGEST_WAIT_MS), undefined, { signal })
      },
    },
    async close() {},
  }),
}
