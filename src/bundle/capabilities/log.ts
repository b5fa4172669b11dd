import type { CapabilityGrammar } from './grammar.ts'

export const log: CapabilityGrammar = {
  name: 'log',
  summary: 'write lines into its own log',
  isHarmless: true,
  members: [],
  example: {},
  parse: () => ({}),
  describe: () => ['write lines into its own log'],
}
