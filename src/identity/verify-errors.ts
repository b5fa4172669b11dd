import { defineErrors } from '../base/errors.ts'

/** Why something signed is not believed. */
export const NotGenuineError = defineErrors('did', {
  noDocument: (what: string, did: string) => ({
    message: `${what} cannot be checked: ${did} is not published.`,
    hint: 'Publish it with `ela did publish`.',
    exit: 'notVerified',
  }),
  signerDeactivated: (what: string, did: string) => ({
    message: `${what} counts no more: ${did} is deactivated.`,
    exit: 'notVerified',
  }),
  wrongScope: (id: string, owner: string) => ({
    message: `The credential ${id} does not belong to ${owner}, whom it is about.`,
    exit: 'notVerified',
  }),
  wrongKey: (what: string, key: string, did: string) => ({
    message: `${what} is signed by ${key}, which is no authentication key of ${did}.`,
    exit: 'notVerified',
  }),
  wrongProofType: (what: string, type: string) => ({
    message: `${what} is signed by the method ${type}; DIDs of Elastos sign by ECDSAsecp256r1.`,
    exit: 'notVerified',
  }),
  wrongSignature: (what: string) => ({
    message: `The signature of ${what} is not right: it was made by another key, or the text was changed.`,
    exit: 'notVerified',
  }),
  expired: (what: string, when: string) => ({
    message: `${what} expired at ${when}.`,
    exit: 'notVerified',
  }),
  notYetValid: (what: string, when: string) => ({
    message: `${what} is valid from ${when} on.`,
    exit: 'notVerified',
  }),
  revoked: (id: string) => ({ message: `The credential ${id} is revoked.`, exit: 'notVerified' }),
  notTheHolders: (id: string, holder: string) => ({
    message: `The credential ${id} is about somebody else than ${holder}, who shows it.`,
    exit: 'notVerified',
  }),
  wrongChallenge: (what: 'nonce' | 'realm', wanted: string, got: string) => ({
    message: `The presentation answers another question: its ${what} is \`${got}\`, not \`${wanted}\`.`,
    exit: 'notVerified',
  }),
  noIssuer: () => ({
    message: 'The token names no DID in `iss`.',
    exit: 'notVerified',
  }),
  wrongClaim: (name: string, wanted: string, got: string) => ({
    message: `The token's \`${name}\` is \`${got}\`, not \`${wanted}\`.`,
    exit: 'notVerified',
  }),
  notAChallenge: (why: string) => ({
    message: `This is no answer to the challenge: ${why}.`,
    exit: 'notVerified',
  }),
})
