/** Asserts on error codes, so that wording stays free to improve. */
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'

/** Runs `act`, which must throw (or reject with) an `ElaError` of this code, and returns it. */
export async function fails(code: string, act: () => unknown): Promise<ElaError> {
  let thrown: unknown
  try {
    await act()
  } catch (error) {
    thrown = error
  }
  assert.ok(thrown !== undefined, `expected ${code}, but nothing was thrown`)
  if (!(thrown instanceof ElaError)) throw thrown
  assert.is(thrown.code, code)
  return thrown
}

/** Waits until `look` returns something truthy; fails naming `what` after `limitMs`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > deadline) assert.unreachable(`${what}: not within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
