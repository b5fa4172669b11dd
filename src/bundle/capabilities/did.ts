import { type CapabilityGrammar, own, textsAt, type Wish, WishFault } from './grammar.ts'

export interface DidWish extends Wish {
  /** Names of credentials it may ask to be shown at sign-in. */
  readonly credentials: readonly string[]
}

export const did: CapabilityGrammar<DidWish> = {
  name: 'did',
  summary: 'ask you to sign in with your DID',
  members: ['signIn', 'credentials'],
  example: { signIn: true, credentials: ['name'], reason: 'knows whose songs these are' },
  parse(asked) {
    if (own(asked, 'signIn') !== true) throw new WishFault('`did.signIn` is not `true`')
    const isGood = (text: string) => /^[A-Za-z0-9_-]{1,64}$/.test(text)
    const what = 'the name of a credential: letters, digits, _ and -'
    const isAbsent = own(asked, 'credentials') === undefined
    return {
      credentials: isAbsent ? [] : textsAt(asked, 'credentials', { most: 32, isGood, what }),
    }
  },
  describe: ({ credentials }) => [
    'see your DID when you sign in, each time with your approval',
    ...credentials.map((name) => `see your credential ${name}`),
  ],
}
