import { defineErrors } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'

/** What can go wrong with keys that are kept. No message ever holds a secret. */
export const KeyError = defineErrors('keys', {
  badName: (name: string) => ({
    message: `\`${name}\` cannot be the name of a key.`,
    hint: 'Use up to 32 small letters, digits and `-`, beginning with a letter.',
    exit: 'misused',
  }),
  nameTaken: (name: string) => ({
    message: `There is a key \`${name}\` already.`,
    hint: 'Choose another name, or remove that key with `ela keys remove`.',
    exit: 'misused',
  }),
  unknownName: (name: string, names: readonly string[]) => ({
    message: `There is no key \`${name}\`.`,
    hint: `${names.length === 0 ? '' : `${suggestion(name, names)} `}New ones are made with \`ela keys new\`.`,
    exit: 'misused',
  }),
  wrongPassword: (name: string) => ({
    message: `The password does not open the key \`${name}\`.`,
    hint: 'If it is the right one, the file was changed: take it from a backup.',
    exit: 'notVerified',
  }),
  damaged: (file: string, why: string) => ({
    message: `${file} is no key file: ${why}.`,
    hint: 'Take it from a backup, or remove it and import the key again.',
    exit: 'environment',
  }),
  newerFile: (file: string, schema: string) => ({
    message: `${file} has the form \`${schema}\`, which this \`ela\` does not know.`,
    hint: 'A newer `ela` wrote it: use that one.',
    exit: 'environment',
  }),
  unsafe: (file: string, why: string, hint: string) => ({
    message: `${file} is not safe to use: ${why}.`,
    hint,
    exit: 'environment',
  }),
  unusable: (file: string, why: string, cause: unknown) => ({
    message: `${file} cannot be used: ${why}.`,
    hint: 'Check the path, who owns it, and whether the disk is full. ELA_KEYSTORE names another folder.',
    exit: 'environment',
    cause,
  }),
  weakPassword: (least: number) => ({
    message: `The password is shorter than ${least} characters.`,
    hint: 'Four words that have nothing to do with each other make a good one.',
    exit: 'misused',
  }),
  longPassphrase: (most: number) => ({
    message: `The passphrase of the words is longer than ${most} bytes.`,
    exit: 'misused',
  }),
  published: (whose: string) => ({
    message: `This key is public: it is ${whose}. Whatever is sent to it, anybody can take.`,
    hint: 'Devnets know it without importing it. Make a key of your own with `ela keys new`.',
    exit: 'refused',
  }),
  wrongKind: (name: string, wanted: string, has: string) => ({
    message: `The key \`${name}\` has no ${wanted}: it is ${has}.`,
    exit: 'misused',
  }),
  notAKey: (what: string) => ({
    message: `That is not ${what}.`,
    hint: 'Name the form with `--as phrase`, `evm-key`, `ela-key`, `ela-keystore`, `web3` or `did-store`.',
    exit: 'misused',
  }),
  unknownWord: (place: string) => ({
    message: `Word ${place} of the phrase is in no BIP-39 word list.`,
    hint: 'Compare the word with what you wrote down. Words are not shown here, wrong ones neither.',
    exit: 'misused',
  }),
  badStore: (folder: string, why: string) => ({
    message: `${folder} is no DID store that can be read: ${why}.`,
    hint: 'A DID store has a folder `data` with `.metadata`, `roots` and `ids`.',
    exit: 'misused',
  }),
  walletPassword: () => ({
    message: 'The password does not open the wallet file.',
    hint: 'Give the password of that file with `--source-password-file`.',
    exit: 'notVerified',
  }),
  storePassword: (folder: string) => ({
    message: `The password does not open the DID store ${folder}.`,
    hint: 'Give the password of that store with `--source-password-file`.',
    exit: 'notVerified',
  }),
  passphraseToo: (name: string) => ({
    message: `The words of \`${name}\` lead to its keys with a passphrase only, so they are not exported alone.`,
    hint: 'Export the root as a DID store, or single keys with `--as ela-key` and `--as evm-key`.',
    exit: 'refused',
  }),
  samePassword: () => ({
    message: 'What is exported would get the password of the key itself.',
    hint: 'Give it one of its own with `--store-password-file`: DID stores hardly protect theirs.',
    exit: 'misused',
  }),
  exists: (file: string) => ({
    message: `${file} exists already.`,
    hint: 'Secrets are never written over something else: choose another place.',
    exit: 'misused',
  }),
  agentFailed: (why: string) => ({
    message: `The key cannot be kept unlocked: ${why}.`,
    hint: 'Without `ela keys unlock` every command asks for the password.',
    exit: 'environment',
  }),
})
