import type { CapabilityGrammar } from './grammar.ts'

export const clock: CapabilityGrammar = {
  name: 'clock',
  summary: 'ask for the time',
  isHarmless: true,
  members: [],
  parse: () => ({}),
  describe: () => ['ask for the time'],
}
