/** The wallet of `ela dev --wallet`: on the usual port, or a free one when that is taken. */
import { ElaError } from '../base/errors.ts'
import { ApprovalRules } from '../wallet/intents/rules.ts'
import type { Context } from './context.ts'
import { type OpenWallet, openWallet } from './wallet-desk.ts'

const PORT = 20_680
/** A person may be away from the keyboard. */
const PATIENCE_MS = 10 * 60 * 1_000

/** Throws what `openWallet` throws, but for a busy port. */
export async function openDevWallet(context: Context, account: string): Promise<OpenWallet> {
  const wish = { account, rules: new ApprovalRules(), patienceMs: PATIENCE_MS }
  try {
    return await openWallet(context, { ...wish, port: PORT })
  } catch (error) {
    if (!(error instanceof ElaError) || error.code !== 'intent/portBusy') throw error
    return await openWallet(context, { ...wish, port: 0 })
  }
}
