/**
 * What a node program says about itself while it runs.
 *
 * Our programs print one JSON object a line on stdout (a report) and free text on stderr (the log).
 * The `ready` report is the proof that the ports are held by *this* child and not by a stale one.
 */
export type NodeReport =
  | { readonly report: 'ready' }
  | {
      readonly report: 'block'
      readonly height: number
      readonly hash: string
      readonly transactions: number
      /** Seconds since 1970, as in the header. */
      readonly time: number
    }
  | {
      readonly report: 'transaction'
      readonly id: string
      /** One line for people: what moves from where to where. */
      readonly summary: string
    }

/** Prints a report of this process. */
export function report(said: NodeReport): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

/** The report in a line of a child's stdout, or `undefined` when the line is something else. */
export function parseReport(line: string): NodeReport | undefined {
  if (!line.startsWith('{"report":')) return undefined
  let said: unknown
  try {
    said = JSON.parse(line)
  } catch {
    return undefined
  }
  const { report: kind } = said as { report?: unknown }
  const known = kind === 'ready' || kind === 'block' || kind === 'transaction'
  return known ? (said as NodeReport) : undefined
}
