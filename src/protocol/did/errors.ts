import { defineErrors } from '../../base/errors.ts'

/** What can be wrong with a DID, a document or a request, before any chain is asked. */
export const DidError = defineErrors('did', {
  notADid: (text: string) => ({
    message: `\`${short(text)}\` is not a DID.`,
    hint: 'A DID looks like did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y.',
    exit: 'misused',
  }),
  badPublicKey: (why: string) => ({ message: `The public key is not a P-256 key: ${why}.` }),
  badPrivateKey: () => ({ message: 'The private key is not a P-256 key of 32 bytes.' }),
  notBase64Url: (what: string) => ({ message: `${what} is not base64url text.` }),
  notJson: (what: string, cause: unknown) => ({ message: `${what} is not JSON.`, cause }),
  tooDeep: (what: string, limit: number) => ({
    message: `${what} is nested deeper than ${limit} levels.`,
  }),
  tooLong: (what: string, length: number, limit: number) => ({
    message: `${what} is ${length} bytes long, the limit is ${limit}.`,
  }),
  /** A member is missing or has the wrong type. */
  malformed: (where: string, wanted: string) => ({ message: `\`${where}\` must be ${wanted}.` }),
  badToken: (why: string) => ({
    message: `The text is no token of a DID: ${why}.`,
    hint: 'A token is three parts of base64url text with dots between them.',
  }),
  unsafeNumber: (where: string, written: string) => ({
    message: `\`${where}\` is the number ${written}, which Elastos nodes and DID libraries can write differently.`,
    hint: 'Use whole numbers below 9007199254740992, or write the number as text.',
    exit: 'misused',
  }),
  unknownOperation: (operation: string) => ({
    message: `\`${short(operation)}\` is not a DID operation.`,
    hint: 'Operations are create, update, transfer, deactivate, declare and revoke.',
  }),
  unsafeCharacter: (where: string, character: string) => ({
    message: `\`${where}\` contains ${character}, which Elastos nodes and DID libraries sign differently.`,
    hint: 'Percent-encode it in addresses (& is %26) or write it in words; & < > U+2028 U+2029 cannot be published.',
    exit: 'misused',
  }),
  notTheKeyOf: (did: string) => ({
    message: `The private key is not the one ${did} is made from, so it cannot sign its document.`,
    exit: 'refused',
  }),
  badFragment: (text: string) => ({
    message: `\`${short(text)}\` cannot be the id of a service.`,
    hint: 'Use letters, digits, `.`, `_` and `-`, as in `hive`.',
    exit: 'misused',
  }),
  unsafeKey: (where: string, why: string) => ({
    message: `The member name \`${where}\` ${why}, which Elastos nodes and DID libraries sort differently.`,
    hint: 'Choose a name of plain letters.',
    exit: 'misused',
  }),
})

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
