import { defineErrors } from '../../base/errors.ts'
import { suggestion } from '../../base/nearest-word.ts'
import { plainText } from './plain-text.ts'

const brief = (text: string) => plainText(text, 80)

/** What can be wrong with an intent or its answer. */
export const IntentError = defineErrors('intent', {
  notAnIntent: (url: string, why: string) => ({
    message: `\`${brief(url)}\` is no intent: ${why}.`,
    hint: 'An intent looks like https://did.web3essentials.io/credaccess?claims={}&redirecturl=https://my.app/',
    exit: 'misused',
  }),
  tooLong: (length: number, limit: number) => ({
    message: `The intent has ${length} characters; at most ${limit} are read.`,
    exit: 'misused',
  }),
  walletConnect: () => ({
    message:
      'A `wc:` address opens a WalletConnect session, which needs a relay outside this machine.',
    hint: 'Connect the DApp to the ESC of the devnet directly, or use an `esctransaction` intent.',
    exit: 'misused',
  }),
  unknownAction: (action: string, known: readonly string[]) => ({
    message: `There is no intent \`${brief(action)}\`.`,
    hint: suggestion(action, known),
    exit: 'misused',
  }),
  notHere: (action: string) => ({
    message: `The wallet of the devnet does not answer \`${action}\`.`,
    hint: 'It needs votes, other chains or screens that only the phone app has. Answer it in your tests yourself.',
    exit: 'failed',
  }),
  badParameter: (name: string, wanted: string) => ({
    message: `The intent's \`${name}\` must be ${wanted}.`,
    exit: 'misused',
  }),
  badReturnUrl: (name: string, url: string, why: string) => ({
    message: `The answer cannot go to \`${name}\` ${brief(url)}: ${why}.`,
    exit: 'misused',
  }),
  callerNotGenuine: (details: {
    readonly app: string
    readonly platform: string
    readonly why: string
  }) => ({
    message: `Essentials on ${details.platform} would refuse this intent of ${details.app}: ${details.why}.`,
    hint: 'Publish `#appinfo` with `redirectUrl`, and with both `callbackUrl` and `callbackurl`.',
    exit: 'refused',
  }),
  notPublished: (did: string) => ({
    message: `${did} is not published, so nobody could check what it signs.`,
    hint: 'Publish it first with `ela did publish`.',
    exit: 'refused',
  }),
  claimMissing: (claim: string, did: string) => ({
    message: `${did} has no credential for \`${brief(claim)}\`, which the intent asks for.`,
    hint: 'Give it one with a `credimport` intent, or ask for it as optional.',
    exit: 'refused',
  }),
  badQuery: (query: string, at: string) => ({
    message: `The claim's query \`${brief(query)}\` is not understood at \`${brief(at)}\`.`,
    hint: "Conditions such as $[?(@.type.indexOf('NameCredential') >= 0)] are, joined by && and ||.",
    exit: 'misused',
  }),
  foreignCredential: (id: string, did: string) => ({
    message: `The credential ${id} is about somebody else than ${did}.`,
    exit: 'refused',
  }),
  chainMissing: (chain: string) => ({
    message: `The intent needs ${chain}, which the devnet does not run.`,
    hint: 'Start it with `ela dev` without `--only`.',
    exit: 'devnetState',
  }),
  unknownChainId: (chainId: string) => ({
    message: `No chain of the devnet has the id ${chainId}.`,
    exit: 'misused',
  }),
  unknownToken: (contract: string) => ({
    message: `${contract} on ESC is no token: it has no \`decimals\`.`,
    exit: 'misused',
  }),
  denied: (action: string) => ({
    message: `The intent \`${action}\` was denied.`,
    exit: 'refused',
  }),
  nobodyApproves: (action: string, flag: string) => ({
    message: `The intent \`${action}\` waits for an approval, and nobody can be asked.`,
    hint: `Say so on the command line with \`${flag}\`, or refuse with \`--deny\`.`,
    exit: 'answerNeeded',
  }),
  tooManyWaiting: (limit: number) => ({
    message: `${limit} intents wait for an approval already.`,
    hint: 'Answer them with `ela wallet approve` or `ela wallet deny`.',
    exit: 'refused',
  }),
  foreignLink: () => ({
    message: 'A page of another site opened this link; only pages of this machine may.',
    hint: 'Open it yourself: `ela wallet open URL`.',
    exit: 'refused',
  }),
  unknownId: (id: string) => ({
    message: `No intent with the number ${id} waits for an approval.`,
    hint: 'See those that wait with `ela wallet list`.',
    exit: 'misused',
  }),
  noServer: () => ({
    message: 'No wallet is serving here.',
    hint: 'Start one with `ela wallet serve`.',
    exit: 'devnetState',
  }),
  alreadyServing: (url: string, pid: number) => ({
    message: `A wallet serves here already: ${url} (process ${pid}).`,
    hint: 'Use that one, or stop it first.',
    exit: 'devnetState',
  }),
  portBusy: (port: number) => ({
    message: `Port ${port} is in use.`,
    hint: 'Choose another with `--port`, or 0 for any free one.',
    exit: 'environment',
  }),
  badPort: (typed: string) => ({
    message: `\`${brief(typed)}\` is no port.`,
    hint: 'Give a whole number of 0 to 65535.',
    exit: 'misused',
  }),
  oneDecision: (ways: string) => ({
    message: `Exactly one of these is needed: ${ways}.`,
    exit: 'misused',
  }),
  boxUnreadable: (file: string, why: string) => ({
    message: `${file} is not what \`ela\` wrote there: ${why}.`,
    hint: 'Mend the file, or move it away: imported credentials and added networks are in it.',
    exit: 'environment',
  }),
  callbackFailed: (url: string, why: string) => ({
    message: `The answer could not be sent to ${url}: ${why}.`,
    exit: 'unreachable',
  }),
})
