import { defineErrors, messageOf } from '../base/errors.ts'

export const ConfigError = defineErrors('config', {
  notFound: (folder: string) => ({
    message: `\`${folder}\` is not an ela project: it has no \`ela.config.ts\`.`,
    hint: 'Make one with `ela init my-dapp`, or go to the folder of your project.',
    exit: 'misused',
  }),
  several: (files: readonly string[]) => ({
    message: `The project has more than one config: ${files.join(', ')}.`,
    hint: 'Keep one of them.',
    exit: 'misused',
  }),
  unreadable: (file: string, cause: unknown) => ({
    message: `\`${file}\` cannot be read: ${messageOf(cause)}.`,
    exit: 'environment',
    cause,
  }),
  invalidSyntax: (file: string, problems: string) => ({
    message: `\`${file}\` is not valid.`,
    hint: problems,
    exit: 'misused',
  }),
  throws: (file: string, cause: unknown) => ({
    message: `\`${file}\` could not be loaded: ${messageOf(cause)}`,
    exit: 'misused',
    cause,
  }),
  noDefault: (file: string) => ({
    message: `\`${file}\` has no default export.`,
    hint: 'Its settings are what it exports as its default.',
    exit: 'misused',
  }),
  unknownKey: (where: string, key: string, hint: string) => ({
    message: `${where}: there is no setting \`${key}\`.`,
    hint,
    exit: 'misused',
  }),
  wrongValue: (where: string, key: string, expected: string, got: string) => ({
    message: `${where}: \`${key}\` must be ${expected}, not ${got}.`,
    exit: 'misused',
  }),
  unknownWord: (where: string, key: string, word: string, hint: string) => ({
    message: `${where}: \`${key}\` does not know \`${word}\`.`,
    hint,
    exit: 'misused',
  }),
  outsideProject: (where: string, key: string, given: string) => ({
    message: `${where}: \`${key}\` leaves the project's folder: \`${given}\`.`,
    hint: 'Give a path inside the project.',
    exit: 'misused',
  }),
  missingEntry: (where: string, key: string, file: string) => ({
    message: `${where}: \`${key}\` names \`${file}\`, which does not exist.`,
    exit: 'misused',
  }),
  engineNotYet: (where: string, engine: string) => ({
    message: `${where}: the engine \`${engine}\` is not there yet.`,
    hint: "Use `engine: 'embedded'`, or leave it out.",
    exit: 'misused',
  }),
  wrongMining: (given: string) => ({
    message: `\`${given}\` is no way to mine.`,
    hint: 'Choose from: auto, none, interval:MILLISECONDS (100 or more).',
    exit: 'misused',
  }),
})
