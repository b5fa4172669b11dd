import { defineErrors, type ElaError } from '../base/errors.ts'

/** Why a document, a ticket or what hangs on them is not believed. */
export const DocumentError = defineErrors('did', {
  unreadable: (what: string, error: ElaError) => ({
    message: `This is no ${what}: ${error.message}`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    exit: 'notVerified',
    cause: error,
  }),
  wrongProofCount: (what: string, wanted: number, got: number) => ({
    message: `${what} needs ${wanted === 1 ? '1 signature' : `${wanted} signatures`} and has ${got}.`,
    exit: 'notVerified',
  }),
  notDefaultKey: (what: string, key: string) => ({
    message: `${what} is signed by ${key}, which is not the key the DID of its signer is made from.`,
    exit: 'notVerified',
  }),
  notAController: (what: string, did: string) => ({
    message: `${what} is signed by ${did}, who does not control it.`,
    exit: 'notVerified',
  }),
  noDocumentAtHand: (did: string) => ({
    message: `The document of ${did} is needed to check this, and it is not at hand.`,
    hint: 'Give it with `--with FILE`, or start a devnet on which it is published.',
    exit: 'notVerified',
  }),
  takenAddress: (did: string) => ({
    message: `The document of ${did} names controllers, but that DID is made from a key and has none.`,
    exit: 'notVerified',
  }),
  otherDocument: (asked: string, got: string) => ({
    message: `The node answers with the document of ${got}, not of ${asked}.`,
    hint: 'Ask another node.',
    exit: 'notVerified',
  }),
  ringOfControllers: (did: string) => ({
    message: `${did} is controlled by itself in the end.`,
    exit: 'notVerified',
  }),
  notCustomized: (did: string) => ({
    message: `${did} is made from a key, so it cannot be given away.`,
    hint: 'Only customized DIDs can: `ela did new --custom NAME --controllers …`.',
    exit: 'misused',
  }),
  outdatedTicket: (did: string) => ({
    message: `The ticket is for an earlier state of ${did}, which was changed since.`,
    exit: 'notVerified',
  }),
})
