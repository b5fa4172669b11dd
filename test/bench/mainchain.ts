import { callRpc } from '../../src/base/json-rpc.ts'
import { stringify } from '../../src/base/printer.ts'
import { mainchain } from '../../src/nodes/mainchain/kind.ts'
import { startNode } from '../support/node.ts'
import type { Figure } from './figure.ts'
import { loadTime } from './http.ts'
import { median } from './measure.ts'

const ROUNDS = 5
const BLOCKS = 200
// The Go node on a machine like this one; spec of the main chain, "what was proved in the lab".
const GO_BLOCKS_MS = 834

/** Blocks asked for one by one over RPC, as miners' scripts do. */
export async function benchMainchain(): Promise<readonly Figure[]> {
  await using node = await startNode(mainchain)
  const url = String(node.entry['rpc'])
  const times: number[] = []
  const bodies = Array.from({ length: BLOCKS }, (_, id) =>
    stringify({ jsonrpc: '2.0', id, method: 'discretemining', params: [1] }),
  )
  for (let round = 0; round < ROUNDS; round += 1) times.push(await loadTime(url, bodies, 1))
  const height = Number(await callRpc(url, 'getcurrentheight'))
  if (height < ROUNDS * BLOCKS) throw new Error(`only ${height} blocks were made`)
  const took = median(times)
  return [
    {
      what: `${BLOCKS} blocks by RPC / the Go node`,
      measured: took / GO_BLOCKS_MS,
      unit: '×',
      budget: '≤ 1 ×',
      note: `${took.toFixed(0)} / ${GO_BLOCKS_MS} ms (the Go node's as recorded)`,
    },
  ]
}
