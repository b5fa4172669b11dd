import { defineErrors } from '../../base/errors.ts'

export const GrantError = defineErrors('grants', {
  damaged: (file: string, why: string) => ({
    message: `${file} cannot be understood: ${why}.`,
    hint: 'Nothing is granted until it is mended or moved away.',
  }),
  busy: (lock: string) => ({
    message: `Another \`ela\` is changing the grants and does not finish.`,
    hint: `If there is none, delete ${lock}.`,
    exit: 'environment',
  }),
  unknownApp: (typed: string, known: readonly string[]) => ({
    message: `Nothing was decided for an app called \`${typed}\`.`,
    hint: known.length === 0 ? 'No app has grants.' : `Apps with grants: ${known.join(', ')}`,
    exit: 'misused',
  }),
  severalApps: (typed: string, dids: readonly string[]) => ({
    message: `Several apps are called \`${typed}\`.`,
    hint: `Name one by its DID: ${dids.join(', ')}`,
    exit: 'misused',
  }),
  unknownCapability: (typed: string, known: readonly string[]) => ({
    message: `Nothing was decided about \`${typed}\` for this app.`,
    hint: `Decided: ${known.join(', ')}`,
    exit: 'misused',
  }),
  undecided: (name: string, questions: readonly string[]) => ({
    message: `${name} asks for what nobody granted yet.`,
    hint: questions.join('\n'),
    exit: 'answerNeeded',
  }),
})
