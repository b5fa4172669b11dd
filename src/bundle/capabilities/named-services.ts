import { SERVICE_NAME } from './carrier.ts'
import { type CapabilityGrammar, textsAt, type Wish } from './grammar.ts'

export interface ServicesWish extends Wish {
  /** Names of the services it may call, wherever they run. */
  readonly names: readonly string[]
}

export const services: CapabilityGrammar<ServicesWish> = {
  name: 'services',
  summary: 'call services by name',
  members: ['names'],
  example: { names: ['thumbnails'], reason: 'makes small pictures of covers' },
  parse: (asked) => ({
    names: textsAt(asked, 'names', {
      most: 32,
      isGood: (text) => SERVICE_NAME.test(text),
      what: 'the name of a service: small letters, digits and -',
    }),
  }),
  describe: ({ names }) => names.map((name) => `call the service \`${name}\``),
}
