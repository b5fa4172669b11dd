import { type CapabilityGrammar, textsAt, type Wish } from './grammar.ts'

export interface CarrierWish extends Wish {
  /** Names of services it talks and listens to, as others call them. */
  readonly services: readonly string[]
}

export const SERVICE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

export const carrier: CapabilityGrammar<CarrierWish> = {
  name: 'carrier',
  summary: 'exchange messages over Carrier',
  members: ['services'],
  example: { services: ['chat'], reason: 'talks to listeners' },
  parse: (asked) => ({
    services: textsAt(asked, 'services', {
      most: 32,
      isGood: (text) => SERVICE_NAME.test(text),
      what: 'the name of a service: small letters, digits and -',
    }),
  }),
  describe: ({ services }) =>
    services.map((name) => `exchange messages of \`${name}\` over Carrier`),
}
