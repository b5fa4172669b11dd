/** What can be wrong with main chain values that people give: addresses, amounts, keys, wallets. */
import { defineErrors } from '../../base/errors.ts'

export const ChainError = defineErrors('protocol', {
  badAddress: (text: string, fault: string) => ({
    message: `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\` is no main chain address: ${fault}`,
    hint: 'A main chain address has 34 characters and begins with E, 8, X, D, S, C or i.',
    exit: 'misused',
  }),
  badAmount: (text: string, fault: string) => ({
    message: `\`${text.slice(0, 60)}\` is no amount of ELA: ${fault}.`,
    hint: 'Write a decimal number with at most 8 decimals, for example 1.5.',
    exit: 'misused',
  }),
  badPrivateKey: (fault: string) => ({
    message: `The private key cannot be used: ${fault}.`,
    hint: 'A main chain private key is 32 bytes, a number from 1 to the order of P-256 less 1.',
    exit: 'misused',
  }),
  badPublicKey: (fault: string) => ({
    message: `The public key cannot be used: ${fault}.`,
    hint: 'A main chain public key is 33 bytes, a compressed point of P-256.',
    exit: 'misused',
  }),
  badMultisig: (fault: string) => ({
    message: `The multisig code cannot be used: ${fault}.`,
    exit: 'misused',
  }),
  notASigner: () => ({
    message: 'A private key given for signing belongs to none of the keys of the multisig code.',
    hint: 'Sign with the keys the multisig address was made of.',
    exit: 'misused',
  }),
  notEnough: (have: string, need: string) => ({
    message: `The inputs hold ${have} ELA, the outputs and the fee need ${need} ELA.`,
    hint: 'Add inputs, or send less.',
    exit: 'refused',
  }),
  badKeystore: (fault: string) => ({
    message: `The wallet file cannot be read: ${fault}.`,
    hint: 'A `keystore.dat` of the Go wallet (`ela-cli`), version 1.0.0, is needed.',
    exit: 'misused',
  }),
  wrongPassword: () => ({
    message: 'The password does not open this wallet.',
    hint: 'Give the password the wallet was made with.',
    exit: 'notVerified',
  }),
  noWork: (tried: number) => ({
    message: `No nonce among ${tried} meets the target of the block.`,
    hint: 'The bits of the block are too hard for mining in this process.',
  }),
})
