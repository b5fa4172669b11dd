/** Asks a running Carrier node how it is. */
import { callRpc } from '../../base/json-rpc.ts'
import { CarrierNodeError } from './errors.ts'
import { type CarrierStatus, parseStatus } from './status.ts'

const ANSWER_WITHIN_MS = 2_000

/**
 * The status of the node at `url`, which must be `id`: another program, or another devnet's node,
 * has another id or none. Throws `rpc/unreachable`, `rpc/notJson` and `carrier/unhealthy`.
 */
export async function askCarrierStatus(
  url: string,
  id: string,
  signal: AbortSignal,
): Promise<Omit<CarrierStatus, 'traffic'>> {
  const options = { signal, timeoutMs: ANSWER_WITHIN_MS }
  const status = parseStatus(await callRpc(url, 'carrier_status', [], options))
  if (status === undefined) throw CarrierNodeError.unhealthy(url, 'no Carrier status')
  if (status.id !== id) throw CarrierNodeError.unhealthy(url, `as ${status.id}, not as ${id}`)
  return status
}
