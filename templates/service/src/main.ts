import type { Nodes } from './chains.ts'
import { startService } from './http.ts'

const { env } = process
const nodes: Nodes = {
  ...(env.ELA_RPC_URL === undefined ? {} : { mainchain: env.ELA_RPC_URL }),
  ...(env.ESC_RPC_URL === undefined ? {} : { esc: env.ESC_RPC_URL }),
  ...(env.EID_RPC_URL === undefined ? {} : { eid: env.EID_RPC_URL }),
}

/** Essentials, on a phone. */
const essentials = 'https://did.web3essentials.io'
/** The wallet of `ela dev --wallet` and `ela wallet serve`. */
const localWallet = 'http://127.0.0.1:20680/did.web3essentials.io'
const wallet = env.NODE_ENV === 'development' ? localWallet : essentials

const service = await startService({
  nodes,
  port: Number(env.PORT ?? 8700),
  wallet: env.WALLET_URL ?? wallet,
  publicUrl: env.PUBLIC_URL,
  webOrigin: env.WEB_ORIGIN,
})
console.log(`listening on http://127.0.0.1:${service.port}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => service.stop())
