import type { Env } from './ela.ts'
import { answer } from './http.ts'
import { essentials, localWallet, webOrigin } from './settings.ts'

let wallet: string | undefined

export default {
  async fetch(request: Request, { ELA }: Env): Promise<Response> {
    wallet ??= (await ELA.whoami()).bundleId === null ? localWallet : essentials
    return answer(request, { ela: ELA, wallet, webOrigin })
  },
}
