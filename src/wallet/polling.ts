/** Asking again until something is there. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 250

export interface Patience {
  /** How long to wait altogether; 0 asks once. */
  readonly waitMs: number
  readonly signal?: AbortSignal
}

/**
 * What `look` finds, or `undefined` when it found nothing for `waitMs`. Pauses grow, so that a
 * block made at once is seen at once and a slow one costs few requests.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { waitMs, signal }: Patience,
): Promise<T | undefined> {
  const deadline = performance.now() + waitMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted()
    const found = await look()
    if (found !== undefined || performance.now() >= deadline) return found
    await pause(Math.min(pauseMs, Math.max(0, deadline - performance.now())), signal)
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
  })
}
