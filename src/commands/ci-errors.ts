import { defineErrors } from '../base/errors.ts'

/** What a step of `ela ci` fails with, when no command has a word for it. */
export const CiError = defineErrors('ci', {
  lockMissing: () => ({
    message: 'package.json names packages, and no package-lock.json says which ones exactly.',
    hint: 'Make it with `npm install --package-lock-only` and commit it.',
  }),
  lockOutdated: (name: string, wanted: string, locked: string) => ({
    message: `package-lock.json is not that of package.json: \`${name}\` is ${wanted} there, and ${locked} here.`,
    hint: 'Run `npm install` and commit package-lock.json.',
  }),
  unreadable: (file: string, why: string) => ({
    message: `${file} cannot be read: ${why}.`,
    exit: 'misused',
  }),
  scriptFailed: (script: string, code: number, output: string) => ({
    message: `\`${script}\` ended with exit code ${code}.`,
    hint: output.trim() === '' ? 'It printed nothing.' : `The end of what it printed:\n${output}`,
  }),
  otherBytes: (what: string) => ({
    message: `Built and packed again elsewhere, the bundle is another: ${what}.`,
    hint: 'Look for times, absolute paths and random names in what the build writes.',
  }),
  secretInside: (path: string, what: string) => ({
    message: `\`${path}\` holds ${what}.`,
    hint: 'Take it out, also of the history. If it is none: `bundle.allowSecrets` in ela.config.ts.',
    exit: 'refused',
  }),
  notStarted: (how: string) => ({
    message: `As it was installed, the DApp does not start: ${how}.`,
  }),
  wrongAnswer: (url: string, status: number) => ({
    message: `As it was installed, the DApp answers ${status} at ${url}.`,
  }),
  noAnswer: (why: string) => ({ message: `ela itself gave no answer: ${why}.` }),
})
