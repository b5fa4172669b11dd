import { defineErrors } from '../../base/errors.ts'

const again = 'Resolve the DID, change the document it has now, and publish that.'

/**
 * Why EID refuses a DID operation. On the chain every one of these is a reverted transaction with
 * the reason `diderror`; the text here is what the node knows beyond that.
 */
export const DidRefusal = defineErrors('eid', {
  migrationAccount: (address: string) => ({
    message: `${address} was for moving old DIDs over and may publish nothing any more.`,
    hint: 'Pay with another account.',
    exit: 'refused',
  }),
  malformed: (why: string, cause: unknown) => refused(`The request cannot be read: ${why}`, cause),
  badId: (id: string) => refused(`\`${id}\` is not did:elastos: with letters and digits`),
  badTime: (what: string, text: string) => refused(`${what} \`${text}\` is not an RFC 3339 time`),
  expired: (what: string, when: string) =>
    refused(`${what} \`${when}\` is not after the time of the block`),
  reservedName: (name: string) => ({
    ...refused(`The name ${name} is reserved, and given to nobody`),
    hint: "A devnet's reserved names are in `devnet.options.eid.reservedNames` of the config.",
  }),
  nameOfAnother: (name: string, did: string) =>
    refused(`The name ${name} is for ${did}, who must be a controller and sign the document`),
  deactivated: (did: string) => refused(`${did} is deactivated, which is for ever`),
  alreadyExists: (did: string) => ({ ...refused(`${did} exists already`), hint: again }),
  notFound: (id: string) => refused(`${id} is not on the chain`),
  badPreviousTxid: (text: string) =>
    refused(`previousTxid \`${text}\` is not 64 hexadecimal digits without 0x`),
  wrongPreviousTxid: (did: string, last: string) => ({
    ...refused(`The last transaction of ${did} is ${last}, not the one the update builds on`),
    hint: again,
  }),
  sameBlock: (id: string) => refused(`${id} is already written to in this block`),
  missing: (what: string) => refused(`${what} is missing`),
  duplicate: (what: string, id: string) => refused(`${what} has \`${id}\` twice`),
  badAuthentication: (id: string, why: string) =>
    refused(`The authentication key \`${id}\` ${why}`),
  noDefaultKey: (did: string) =>
    refused(`No authentication key is the default key of ${did} (the one the DID is made from)`),
  badAuthorization: (id: string) =>
    refused(`The authorization key \`${id}\` is not a key of somebody else in publicKey`),
  foreignKey: (did: string, id: string) =>
    refused(`The key \`${id}\` is of another DID, and ${did} is customized: all keys are its own`),
  noAuthorization: (did: string) => refused(`${did} is customized and so has no authorization`),
  badController: (did: string, why: string) => refused(`The controller ${did} ${why}`),
  badMultisig: (text: string, why: string) => refused(`multisig \`${text}\` ${why}`),
  controllersChanged: (did: string) => ({
    ...refused(`An update cannot change the controllers or multisig of ${did}`),
    hint: 'A transfer can.',
  }),
  tooFewProofs: (what: string, wanted: number, got: number) =>
    refused(`${what} has ${got} good signatures of ${wanted}`),
  badTicket: (why: string) => refused(`The ticket ${why}`),
  badProofType: (type: string) => refused(`The proof has the type \`${type}\`, not ECDSAsecp256r1`),
  wrongKey: (what: string, id: string) =>
    refused(`\`${id}\` is not a key that may sign the ${what}`),
  badSignature: (what: string, id: string) =>
    refused(`The signature of the ${what} is not by \`${id}\` over this text`),
  invalidSigner: (did: string, why: string) => refused(`${did}, who signs, ${why}`),
  alreadyDeclared: (id: string) => refused(`${id} is declared already`),
  revoked: (id: string, by: string) => refused(`${id} was revoked by ${by}`),
})

function refused(what: string, cause?: unknown) {
  const explanation = { message: `${what}.`, exit: 'refused' as const }
  return cause === undefined ? explanation : { ...explanation, cause }
}
