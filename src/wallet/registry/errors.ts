import { defineErrors } from '../../base/errors.ts'

/** All that can go wrong with the registry of releases. */
export const RegistryError = defineErrors('registry', {
  refused: (reason: string, sentence: string, cause: unknown) => ({
    message: `The registry refused: ${sentence} (${reason}).`,
    exit: 'refused',
    cause,
  }),
  notThere: (rpc: string, address: string) => ({
    message: `There is no registry at ${address} on ${rpc}.`,
    hint: 'Is the address right, and the network?',
    exit: 'refused',
  }),
  notAnAppDid: (text: string) => ({
    message: `\`${text.slice(0, 80)}\` is not the DID of an app.`,
    hint: 'Customized DIDs have no key of their own: give the DID that begins with `i`.',
    exit: 'misused',
  }),
  badChannel: (text: string) => ({
    message: `\`${text.slice(0, 40)}\` is no name of a channel.`,
    hint: 'Write 1 to 32 of the characters a-z, 0-9 and `-`, such as `latest`.',
    exit: 'misused',
  }),
  badSeq: (seq: number) => ({
    message: `${seq} is no number of a release: the registry takes 1 to 4294967295.`,
    exit: 'misused',
  }),
  badBundle: (text: string) => ({
    message: `\`${text.slice(0, 80)}\` is no bundle: \`sha256:\` and 64 digits.`,
    exit: 'misused',
  }),
  notMined: (hash: string) => ({
    message: `Transaction ${hash} waits for a block; what it asks for has not happened yet.`,
    hint: 'Ask again later, or make a block with `ela mine --on esc`.',
    exit: 'unreachable',
  }),
})

/** Why the contract refuses, by the error it names. */
const REASONS: Readonly<Record<string, string>> = {
  'BadDelay()': 'the delay of claims is longer than 30 days',
  'BadExpiry()': 'the right of a publisher must end within 366 days from now',
  'BadProof()': 'the signature does not prove that the DID is yours',
  'BadStatus()': 'there is no such status',
  'BelowFloor(uint32)': 'the release is below the floor',
  'BundleKnown(uint32)': 'the bundle is a release already',
  'FloorNotHigher(uint32)': 'a floor moves only upward',
  'NoBundle()': 'the bundle is missing',
  'NoRelease(uint32)': 'there is no such release',
  'NotNew(uint32)': 'the number of a release must be higher than all before it',
  'NotOk(uint32)': 'the release was yanked or revoked',
  'NotOwner()': 'only the owner of the app may do that',
  'NotPublisher()': 'the sender neither owns the app nor may publish for it now',
  'NothingPending()': 'nothing waits that could be taken or stopped',
  'Revoked(uint32)': 'the release was revoked, which is for ever',
  'TooEarly(uint64)': 'it is too early for that',
  'TooFar(uint32)': 'a publisher may leave out only 1,000,000 numbers at a time',
  'TooLong()': 'a text is too long',
}

export const refusalSignatures: readonly string[] = Object.keys(REASONS)

/** @param value the number the contract gave with it, if it gave one */
export function refusal(signature: string, value: bigint | undefined, cause: unknown): Error {
  const name = signature.slice(0, signature.indexOf('('))
  const reason = value === undefined ? name : `${name} ${value}`
  return RegistryError.refused(reason, REASONS[signature] ?? 'it gave no reason we know', cause)
}
