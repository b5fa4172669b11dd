import { defineErrors, messageOf } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'

export const ScaffoldError = defineErrors('scaffold', {
  unknownTemplate: (name: string, known: readonly string[]) => ({
    message: `There is no template \`${name}\`.`,
    hint: suggestion(name, known),
    exit: 'misused',
  }),
  templatesMissing: (folder: string) => ({
    message: `The templates are missing: \`${folder}\` does not exist.`,
    hint: 'Install `ela` again.',
    exit: 'environment',
  }),
  brokenTemplate: (name: string, why: string) => ({
    message: `The template \`${name}\` is broken: ${why}.`,
    hint: 'Install `ela` again.',
    exit: 'environment',
  }),
  wrongName: (name: string, why: string, better: string) => ({
    message: `\`${name}\` cannot be the name of a project: ${why}.`,
    hint: `Give another, such as \`--name ${better}\`.`,
    exit: 'misused',
  }),
  folderNotEmpty: (folder: string, holds: readonly string[]) => ({
    message: `\`${folder}\` is not empty: it holds ${holds.slice(0, 3).join(', ')}${holds.length > 3 ? ', …' : ''}.`,
    hint: 'Give a folder that does not exist yet or is empty. Nothing was written.',
    exit: 'misused',
  }),
  notFolder: (folder: string) => ({
    message: `\`${folder}\` exists and is not a folder.`,
    hint: 'Give another folder. Nothing was written.',
    exit: 'misused',
  }),
  insideProject: (folder: string, project: string) => ({
    message: `\`${folder}\` lies inside another project, \`${project}\`.`,
    hint: 'Go somewhere else, or allow it with `--nested`.',
    exit: 'misused',
  }),
  notWritable: (folder: string, cause: unknown) => ({
    message: `\`${folder}\` cannot be written: ${messageOf(cause)}.`,
    hint: 'Give a folder you may write to. Nothing was left behind.',
    exit: 'environment',
    cause,
  }),
})
