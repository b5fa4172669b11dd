import type { CapabilityGrammar } from './grammar.ts'

export const clock: CapabilityGrammar = {
  name: 'clock',
  summary: 'ask for the time',
  isHarmless: true,
  members: [],
  example: {},
  parse: () => ({}),
  describe: () => ['ask for the time'],
}
