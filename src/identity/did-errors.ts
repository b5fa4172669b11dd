import { defineErrors } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'

/** What can go wrong when a person uses DIDs. */
export const DidUseError = defineErrors('did', {
  unknownName: (typed: string, names: readonly string[]) => ({
    message: `\`${typed}\` is neither a DID nor the name of one.`,
    hint: `${suggestion(typed, names)} New ones are made with \`ela did new\`.`,
    exit: 'misused',
  }),
  damaged: (typed: string) => ({
    message: `\`${typed}\` is no DID: a character is wrong, missing or too much.`,
    hint: 'Copy it anew.',
    exit: 'misused',
  }),
  noKey: (did: string) => ({
    message: `\`ela\` has no key of ${did}, so it can only be resolved.`,
    hint: 'Keys are those of the devnet accounts and of the DIDs `ela did list` shows.',
    exit: 'misused',
  }),
  badName: (name: string) => ({
    message: `\`${name}\` cannot be the name of a DID.`,
    hint: 'Use up to 32 small letters, digits and `-`, beginning with a letter.',
    exit: 'misused',
  }),
  nameTaken: (name: string, did: string) => ({
    message: `The name \`${name}\` is taken by ${did}.`,
    hint: 'Choose another name.',
    exit: 'misused',
  }),
  otherPhrase: (name: string, did: string) => ({
    message: `\`${name}\` is ${did}, but the phrase in use makes another DID at its place.`,
    hint: 'Point ELA_MNEMONIC_FILE at the phrase it was made from, or unset it for a DID of the devnet.',
    exit: 'refused',
  }),
  phraseUnreadable: (file: string, why: string, cause: unknown) => ({
    message: `The phrase in ${file}, which ELA_MNEMONIC_FILE names, cannot be used: ${why}`,
    hint: 'The file must hold the words of one phrase and nothing else.',
    exit: 'misused',
    cause,
  }),
  listUnreadable: (file: string, why: string) => ({
    message: `${file} is not what \`ela\` wrote there: ${why}.`,
    hint: 'Mend the file, or move it away and make the DIDs again in the same order: they will be the same.',
    exit: 'environment',
  }),
  listUnwritable: (file: string, cause: unknown) => ({
    message: `${file} cannot be written.`,
    hint: 'Check who owns the folder, whether it is writable, and whether the disk is full.',
    exit: 'environment',
    cause,
  }),
  notOnChain: (did: string) => ({
    message: `${did} is not on the chain.`,
    hint: 'Publish it with `ela did publish`.',
  }),
  deactivated: (did: string) => ({
    message: `${did} is deactivated, which is for ever.`,
    hint: 'Make another DID with `ela did new`.',
    exit: 'refused',
  }),
  refused: (reason: string, cause: unknown) => ({
    message: `The chain refuses the DID operation: ${reason}`,
    exit: 'refused',
    cause,
  }),
  badReply: (rpc: string, why: string, cause: unknown) => ({
    message: `${rpc} answers with something that is no DID: ${why}`,
    exit: 'unreachable',
    cause,
  }),
  badExpires: (text: string) => ({
    message: `\`${text}\` is not a day in the future.`,
    hint: 'Write it like 2031-12-31, or as a time like 2031-12-31T00:00:00Z.',
    exit: 'misused',
  }),
  badInstant: (text: string) => ({
    message: `\`${text}\` is not a time.`,
    hint: 'Write it like 2026-11-23T10:00:00Z, or as a day like 2026-11-23.',
    exit: 'misused',
  }),
  badService: (text: string) => ({
    message: `\`${text}\` is not a service.`,
    hint: 'Write id, type and address with commas: `hive,HiveVault,https://hive.example`.',
    exit: 'misused',
  }),
  machineKeyUnreadable: (file: string) => ({
    message: `${file} is not the key of this machine that \`ela\` wrote there.`,
    hint: 'Restore it from a backup; without it the DIDs of this machine cannot sign any more.',
    exit: 'environment',
  }),
  otherMachine: (name: string, did: string) => ({
    message: `\`${name}\` is ${did}, whose key is on another machine and never leaves it.`,
    hint: 'Make one here with `ela did new NAME --kind device`.',
    exit: 'refused',
  }),
  tooFewKeys: (did: string, needed: number, have: number) => ({
    message: `${did} needs the signatures of ${needed} of its controllers; \`ela\` has the keys of ${have}.`,
    hint: 'Keys are those of the devnet accounts and of the DIDs `ela did list` shows.',
    exit: 'refused',
  }),
  badMultisig: (text: string, controllers: number) => ({
    message: `\`${text}\` is not how many of ${controllers} controllers must sign.`,
    hint: `Write it like ${Math.max(1, controllers - 1)}:${controllers}.`,
    exit: 'misused',
  }),
  badCustomName: (name: string) => ({
    message: `\`${name}\` cannot be a customized DID.`,
    hint: 'Use letters and digits only; the chain keeps it in small letters.',
    exit: 'misused',
  }),
  alreadyOnChain: (did: string) => ({
    message: `${did} is on the chain already.`,
    hint: 'Change it with `ela did update`.',
    exit: 'refused',
  }),
  notInDocument: (did: string, what: string, names: readonly string[]) => ({
    message: `The document of ${did} has no ${what}.`,
    hint: names.length === 0 ? 'It has none at all.' : `It has ${names.join(', ')}.`,
    exit: 'misused',
  }),
  alreadyInDocument: (did: string, what: string, id: string) => ({
    message: `The document of ${did} has this ${what} already: ${id}.`,
    hint: 'Choose another id, or remove the old one first.',
    exit: 'misused',
  }),
  defaultKeyStays: (id: string) => ({
    message: `${id} is the key the DID is made from, so it cannot be removed.`,
    hint: 'End the DID with `ela did deactivate`.',
    exit: 'misused',
  }),
  notAboutThis: (id: string, did: string) => ({
    message: `The credential ${id} is not about ${did}, so it does not belong into its document.`,
    exit: 'misused',
  }),
  badKey: (text: string) => ({
    message: `\`${text}\` is no public key.`,
    hint: 'Write 33 bytes in base58, as `publicKeyBase58` in documents.',
    exit: 'misused',
  }),
  nothingToChange: (did: string) => ({
    message: `There is nothing to change in the document of ${did}.`,
    hint: 'Name a change: --expires, --service, --remove-service, --credential, --remove-credential.',
    exit: 'misused',
  }),
  noneInUse: () => ({
    message: 'No DID is named, and none is in use.',
    hint: 'Name one, or choose one with `ela did use NAME`.',
    exit: 'misused',
  }),
  notFoundOnTree: (did: string, limit: number) => ({
    message: `${did} is not among the first ${limit} DIDs of the phrase in use.`,
    hint: 'Point ELA_MNEMONIC_FILE at its phrase, or name the key with `--key`.',
    exit: 'misused',
  }),
  noAuthorization: (did: string, by: string) => ({
    message: `${by} has no authorization key in the document of ${did}.`,
    hint: 'Give it one with `ela did key add NAME ID --authorize DID`.',
    exit: 'refused',
  }),
  keyNeeded: () => ({
    message: 'It is not said which key is to be added.',
    hint: 'Name it with `--public-key BASE58`, `--of DID` or `--authorize DID`.',
    exit: 'misused',
  }),
  otherTicket: (why: string) => ({
    message: `The ticket is ${why}.`,
    hint: 'Name the DID and the controllers it was made for.',
    exit: 'misused',
  }),
  badClaim: (text: string, why: string) => ({
    message: `\`${text}\` is no claim: ${why}.`,
    hint: 'Write name=text or name:=json, as in `age:=30`.',
    exit: 'misused',
  }),
  claimNeeded: () => ({
    message: 'A credential that claims nothing is not issued.',
    hint: 'Claim with `--claim name=text`, or `--claims FILE` with a JSON object.',
    exit: 'misused',
  }),
  noSuchCredential: (did: string, id: string) => ({
    message: `The document of ${did} has no credential ${id}.`,
    hint: 'Show what it has with `ela credential list`.',
    exit: 'misused',
  }),
})
