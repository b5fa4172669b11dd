import { defineErrors } from '../base/errors.ts'

/** Everything that can go wrong with words, keys and accounts. Secrets never appear in a message. */
export const IdentityError = defineErrors('identity', {
  wordCount: (count: number) => ({
    message: `The phrase has ${count} words; it must have 12, 15, 18, 21 or 24.`,
    hint: 'Write the words in their order with one space between them.',
    exit: 'misused',
  }),
  unknownWord: (position: number, word: string, nearest: string | undefined) => ({
    message: `Word ${position} of the phrase, \`${word}\`, is in no BIP-39 word list.`,
    hint:
      nearest === undefined
        ? 'Compare the word with what you wrote down.'
        : `The nearest word is \`${nearest}\`.`,
    exit: 'misused',
  }),
  wrongChecksum: () => ({
    message: 'Every word of the phrase is known, but together they do not pass the checksum.',
    hint: 'Two words may be swapped, or one mistaken for another word of the list.',
    exit: 'misused',
  }),
  badPath: (path: string) => ({
    message: `\`${path}\` is not a derivation path.`,
    hint: "Write it like m/44'/0'/0'/0/0.",
    exit: 'misused',
  }),
  badSeed: (length: number) => ({
    message: `A seed has 16 to 64 bytes, this one ${length}.`,
    exit: 'misused',
  }),
  badExtendedKey: (why: string) => ({
    message: `The extended key cannot be read: ${why}.`,
    hint: 'It must be the whole text that begins with xprv or xpub.',
    exit: 'misused',
  }),
  publicOnly: () => ({
    message: 'The extended key is a public one; deriving needs the private one.',
    hint: 'Give the text that begins with xprv.',
    exit: 'misused',
  }),
  noSuchKey: (index: number) => ({
    message: `There is no key with index ${index} on this path.`,
    hint: 'Use the next index. (One index in four thousand million has no key.)',
  }),
})
