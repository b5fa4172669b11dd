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
})
