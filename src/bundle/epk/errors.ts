/** Why an EPK is not believed, or cannot become a project. */
import { defineErrors } from '../../base/errors.ts'

const refused = (message: string, hint = 'Nothing of it was kept.') => ({
  message: `The EPK is refused: ${message}.`,
  hint,
  exit: 'notVerified' as const,
})

export const EpkError = defineErrors('epk', {
  tooLarge: (what: string, found: number, limit: number) =>
    refused(`${what} is ${found}, more than ${limit}`, 'An EPK of this size is not taken.'),
  badZip: (why: string) => refused(`it is no ZIP file as an EPK has it: ${why}`),
  badPath: (path: string, why: string) => refused(`the path \`${path}\` is not allowed: ${why}`),
  badManifest: (why: string) => refused(`its manifest.json is wrong: ${why}`),
  badSignature: (why: string) => refused(`its signature is wrong: ${why}`),
  notSigned: () => refused('nobody signed it', '`ela inspect` shows what is in it.'),
  otherSigner: (found: string, wanted: string) =>
    refused(`${found} signed it, not ${wanted}`, 'Get it from whom you expected.'),
  notPackaged: (url: string) => ({
    message: `This EPK only points at ${url}: there is no DApp in it to import.`,
    exit: 'misused',
  }),
  noStart: (start: string) => ({
    message: `The EPK starts at \`${start}\`, which is not in it.`,
    exit: 'misused',
  }),
  twoStarts: (start: string) => ({
    message: `The EPK starts at \`${start}\` and has another \`index.html\`, where a web DApp starts.`,
    hint: 'Rename one of the two in the EPK first.',
    exit: 'misused',
  }),
  noName: (found: string) => ({
    message: `No project can be named after \`${found}\`.`,
    hint: 'Give a name with `--name`.',
    exit: 'misused',
  }),
})
