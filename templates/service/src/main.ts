import type { Nodes } from './chains.ts'
import { startService } from './http.ts'

const { env } = process
const nodes: Nodes = {
  ...(env.ELA_RPC_URL === undefined ? {} : { mainchain: env.ELA_RPC_URL }),
  ...(env.ESC_RPC_URL === undefined ? {} : { esc: env.ESC_RPC_URL }),
  ...(env.EID_RPC_URL === undefined ? {} : { eid: env.EID_RPC_URL }),
}

const service = await startService(nodes, Number(env.PORT ?? 8700))
console.log(`listening on http://127.0.0.1:${service.port}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => service.stop())
