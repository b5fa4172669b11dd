/** Every action of the wallet. A new one is a line here. */
import type { Action } from './action.ts'
import { esctransaction, pay } from './coin-actions.ts'
import {
  appidcredissue,
  credcontextimport,
  creddelete,
  credimport,
  credissue,
  hivebackupcredissue,
  registerapplicationprofile,
} from './credential-actions.ts'
import { didsign, signdigest } from './did-sign-actions.ts'
import { IntentError } from './errors.ts'
import {
  adderctoken,
  addethereumchain,
  insecureethsign,
  personalsign,
  signtypeddata,
  walletaccess,
} from './evm-actions.ts'
import type { Service } from './intent.ts'
import {
  didtransaction,
  promptpublishdid,
  sethiveprovider,
  walletDidtransaction,
} from './publish-actions.ts'
import { credaccess, requestcredentials } from './sign-in-actions.ts'

export const ACTIONS: readonly Action[] = [
  credaccess,
  requestcredentials,
  credimport,
  credcontextimport,
  credissue,
  creddelete,
  didsign,
  signdigest,
  appidcredissue,
  hivebackupcredissue,
  promptpublishdid,
  didtransaction,
  registerapplicationprofile,
  sethiveprovider,
  pay,
  walletDidtransaction,
  esctransaction,
  signtypeddata,
  personalsign,
  insecureethsign,
  addethereumchain,
  adderctoken,
  walletaccess,
]

/** Essentials has these; the devnet's wallet has neither the votes nor the chains for them. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['dposvotetransaction', 'multisigtx', 'elamainsignmessage', 'elawalletmnemonicaccess'],
  ...['pushbitcointx', 'sendbitcoin', 'signbitcoindata', 'signbitcoinpsbt', 'signbitcoinmessage'],
  ...['crmembervote', 'crmemberregister', 'crmemberupdate', 'crmemberunregister'],
  ...['crmemberretrieve', 'createproposaldigest', 'reviewproposal', 'voteforproposal'],
])

/** Throws `intent/notHere`, `intent/unknownAction`. */
export function actionOf(service: Service, name: string): Action {
  const found = ACTIONS.find((one) => one.service === service && one.name === name)
  if (found !== undefined) return found
  if (ELSEWHERE.has(name)) throw IntentError.notHere(name)
  throw IntentError.unknownAction(
    name,
    ACTIONS.map((one) => one.name),
  )
}
