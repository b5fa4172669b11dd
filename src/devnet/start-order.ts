/** Starts things that need one another: each as soon as what it needs is ready, all others at once. */

export interface Startable {
  readonly instance: string
  readonly needs: readonly string[]
}

/**
 * Calls `start` for each of `all`, and returns the results in the same order. On the first failure
 * `onFailure` is called (to give up the others); that failure is thrown when all have settled.
 */
export async function startInOrder<T extends Startable, R>(
  all: readonly T[],
  start: (one: T) => Promise<R>,
  onFailure: () => void,
): Promise<R[]> {
  const starts = new Map<string, Promise<R>>()
  let first: { readonly error: unknown } | undefined
  const startOnce = (one: T): Promise<R> => {
    const known = starts.get(one.instance)
    if (known !== undefined) return known
    const run = async (): Promise<R> => {
      // Entered after the promise is in the map, so that whoever is needed twice is started once.
      await Promise.resolve()
      await Promise.all(all.filter(({ instance }) => one.needs.includes(instance)).map(startOnce))
      try {
        return await start(one)
      } catch (error) {
        if (first === undefined) {
          first = { error }
          onFailure()
        }
        throw error
      }
    }
    const promise = run()
    starts.set(one.instance, promise)
    return promise
  }
  const settled = await Promise.allSettled(all.map(startOnce))
  if (first !== undefined) throw first.error
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}
