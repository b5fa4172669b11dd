/** The nodes this service asks, by name. */
export interface Nodes {
  readonly mainchain?: string
  readonly esc?: string
  readonly eid?: string
}

/** Heights of the chains; `null` for one that does not answer. */
export type Heights = Partial<Record<keyof Nodes, number | null>>

const TIMEOUT_MS = 2000

export async function readHeights(nodes: Nodes): Promise<Heights> {
  const names = (['mainchain', 'esc', 'eid'] as const).filter((name) => nodes[name] !== undefined)
  const heights = await Promise.all(
    names.map(async (name) => [name, await readHeight(name, nodes[name] ?? '')] as const),
  )
  return Object.fromEntries(heights)
}

async function readHeight(name: keyof Nodes, url: string): Promise<number | null> {
  try {
    // The main chain counts its blocks, the first of which has number 0.
    if (name === 'mainchain') return Number(await call(url, 'getblockcount')) - 1
    return Number(await call(url, 'eth_blockNumber'))
  } catch {
    return null
  }
}

/** Calls one JSON-RPC method and returns its result. */
export async function call(
  url: string,
  method: string,
  params: readonly unknown[] | object = [],
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const { result, error } = (await response.json()) as {
    result?: unknown
    error?: { message: string } | null
  }
  if (error) throw new Error(`${method}: ${error.message}`)
  return result
}
