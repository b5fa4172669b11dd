import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { watch } from '../../../src/runtime/jail/watchdog.ts'
import { limits } from '../../support/instance.ts'

const test = suite('runtime/jail: watchdog')

const MIB = 1024 * 1024

/** A process whose clock only the watchdog's own waiting moves. */
interface Model {
  /** Milliseconds until a ping is answered, at this time; `Infinity` for never, `undefined`: refused. */
  readonly answersIn: (now: number) => number | undefined
  /** Processor milliseconds a millisecond. */
  readonly burns: (now: number) => number
  readonly rssMiB?: (now: number) => number
}

/** Watches the model for `forMs`, and tells why and when it was killed. */
async function watched({ answersIn, burns, rssMiB = () => 60 }: Model, forMs: number) {
  let now = 0
  let cpuMs = 0
  let killed: { reason: string; at: number } | undefined
  const timers: { at: number; run: () => void }[] = []
  const after = (ms: number) =>
    new Promise<void>((resolve) => {
      timers.push({ at: now + ms, run: resolve })
    })
  const stop = watch(limits, {
    ping: (signal) => {
      const ms = answersIn(now)
      if (ms === undefined) return Promise.reject(new Error('refused'))
      if (ms === Number.POSITIVE_INFINITY) {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
      }
      return after(ms)
    },
    usage: () => ({ cpuMs, rssBytes: rssMiB(now) * MIB }),
    kill: (reason) => {
      killed = { reason, at: now }
    },
    now: () => now,
    sleep: after,
  })
  while (now < forMs && killed === undefined) {
    for (let turns = 0; turns < 6; turns += 1) await new Promise(setImmediate)
    cpuMs += burns(now) * 10
    now += 10
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.run()
      else timers.push(timer)
    }
  }
  stop()
  return killed
}

test('one that hangs and burns a core is killed in two and a half seconds', async () => {
  const killed = await watched(
    { answersIn: () => Number.POSITIVE_INFINITY, burns: () => 1 },
    10_000,
  )
  assert.is(killed?.reason, 'hung')
  assert.ok(killed !== undefined && killed.at <= 2_500, `at ${killed?.at}`)
})

test('one that gets a quarter of a core is still found out', async () => {
  const model = { answersIn: () => Number.POSITIVE_INFINITY, burns: () => 0.25 }
  const killed = await watched(model, 20_000)
  assert.is(killed?.reason, 'hung')
  assert.ok(killed !== undefined && killed.at <= 7_000, `at ${killed?.at}`)
})

test('attack 49: silence without work is waiting, and is left alone', async () => {
  const model = { answersIn: () => Number.POSITIVE_INFINITY, burns: () => 0 }
  assert.is(await watched(model, 60_000), undefined)
})

test('attack 49: work with slow answers is a load, and is left alone', async () => {
  const model = { answersIn: () => 1_300, burns: () => 1 }
  assert.is(await watched(model, 60_000), undefined)
})

test('attack 49: a refused ping is no hang', async () => {
  assert.is(await watched({ answersIn: () => undefined, burns: () => 0.9 }, 30_000), undefined)
})

test('half a minute at a whole core and more is a burst, and is left alone', async () => {
  const model = { answersIn: () => 50, burns: (now: number) => (now < 30_000 ? 1.4 : 0) }
  assert.is(await watched(model, 90_000), undefined)
})

test('a whole core without end uses up two minutes of budget', async () => {
  const killed = await watched({ answersIn: () => 50, burns: () => 1 }, 300_000)
  assert.is(killed?.reason, 'cpu')
  assert.ok(killed !== undefined && killed.at > 60_000 && killed.at < 180_000, `at ${killed?.at}`)
})

test('memory over the limit for a moment is left alone, for seconds is not', async () => {
  const peak = (now: number) => (now > 2_000 && now < 5_000 ? 900 : 100)
  const idle = { answersIn: () => 1, burns: () => 0 }
  assert.is(await watched({ ...idle, rssMiB: peak }, 20_000), undefined)
  const killed = await watched({ ...idle, rssMiB: () => 900 }, 20_000)
  assert.is(killed?.reason, 'memory')
})

test.run()
