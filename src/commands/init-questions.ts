/** The questions of `ela init`. Each has a flag or an argument, so that no script ever meets them. */
import { cancel, intro, select, text } from '@clack/prompts'
import { messageOf } from '../base/errors.ts'
import { DEFAULT_TEMPLATE, listTemplates } from '../scaffold/templates.ts'

export interface ProjectWish {
  readonly folder: string
  readonly template: string | undefined
  readonly name: string | undefined
  /** Whether a question was asked, so that the command line without it is worth telling. */
  readonly asked: boolean
}

const FOLDER = 'my-dapp'
/** Questions are talk: stdout is the answer's. */
const output = process.stderr

/** What the command line said already. */
export interface Given {
  readonly folder: string | undefined
  readonly template: string | undefined
  readonly name: string | undefined
}

/**
 * Asks for what is not given yet; `undefined` when the user leaves.
 *
 * @param check throws for a folder that will not do
 */
export async function askForProject(
  given: Given,
  check: (folder: string) => void,
): Promise<ProjectWish | undefined> {
  intro('A new DApp for Elastos', { output })
  const folder = given.folder ?? (await askFolder(check))
  if (typeof folder !== 'string') return leave()
  const template = given.template ?? (await askTemplate())
  if (typeof template !== 'string') return leave()
  return { folder, template, name: given.name, asked: true }
}

function leave(): undefined {
  cancel('Nothing was written.', { output })
}

function askFolder(check: (folder: string) => void): Promise<string | symbol> {
  return text({
    message: 'Which folder?',
    placeholder: FOLDER,
    defaultValue: FOLDER,
    validate: (value) => {
      try {
        check(value || FOLDER)
        return undefined
      } catch (error) {
        return messageOf(error)
      }
    },
    output,
  })
}

function askTemplate(): Promise<string | symbol> {
  return select({
    message: 'What do you begin with?',
    initialValue: DEFAULT_TEMPLATE,
    options: listTemplates().map(({ name, summary }) => ({
      value: name,
      label: name,
      hint: summary,
    })),
    output,
  })
}
