import path from 'node:path'
import type { Command } from 'commander'
import { defineErrors } from '../base/errors.ts'
import type { Context } from './context.ts'
import type { ProjectWish } from './init-questions.ts'

const InitError = defineErrors('init', {
  folderNeeded: () => ({
    message: 'A folder for the project is needed.',
    hint: 'Give it: `ela init my-dapp`. Or `ela init --yes` for the folder you are in.',
    exit: 'answerNeeded',
  }),
})

interface Flags {
  readonly template?: string
  readonly name?: string
  readonly yes?: boolean
  readonly nested?: boolean
  readonly list?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('[folder]', 'where the project goes; made when it does not exist')
    .option('-t, --template <name>', 'what to begin with (see --list)')
    .option('-n, --name <name>', "the project's name; that of the folder when left out")
    .option('-y, --yes', 'ask nothing, take what is usual')
    .option('--nested', 'allow a project inside another one')
    .option('--list', 'list the templates')
    .addHelpText(
      'after',
      `
Examples:
  ela init song-shop
  ela init song-api --template service
  ela init --list --json`,
    )
    .action(async (folder: string | undefined, flags: Flags) => {
      if (flags.list === true) await listAll(context)
      else await init(folder, flags, context)
    })
}

async function listAll({ printer }: Context): Promise<void> {
  const { listTemplates } = await import('../scaffold/templates.ts')
  const templates = listTemplates().map(({ name, summary }) => ({ name, summary }))
  printer.answer('init list', templates, (all, paint) => {
    const width = Math.max(...all.map(({ name }) => name.length)) + 2
    return all.map(({ name, summary }) => paint('bold', name.padEnd(width)) + summary).join('\n')
  })
}

async function init(folder: string | undefined, flags: Flags, context: Context): Promise<void> {
  const [{ checkPlace, createProject }, { DEFAULT_TEMPLATE, findTemplate }, { projectNameFrom }] =
    await Promise.all([
      import('../scaffold/create-project.ts'),
      import('../scaffold/templates.ts'),
      import('../scaffold/project-name.ts'),
    ])
  // Flags are judged before anything is asked or written.
  if (flags.template !== undefined) findTemplate(flags.template)
  const nested = flags.nested === true
  const check = (typed: string): void => checkPlace(path.resolve(context.cwd, typed), nested)
  if (folder !== undefined) check(folder)
  const wish = await wishOf(folder, flags, context, check)
  if (wish === undefined) {
    context.exitWith(130)
    return
  }
  const template = findTemplate(wish.template ?? DEFAULT_TEMPLATE)
  const target = path.resolve(context.cwd, wish.folder)
  const name = wish.name ?? projectNameFrom(path.basename(target))
  const files = createProject({ template, folder: target, name, nested })
  context.printer.answer(
    'init',
    { folder: target, name, template: template.name, files },
    (_data, paint) => {
      const way = path.relative(context.cwd, target)
      const next = [...(way === '' ? [] : [`cd ${shellWord(way)}`]), 'ela dev']
      const what = `${files.length} files from the template \`${template.name}\` in ${target}`
      return [
        `${paint('green', '✔')} ${paint('bold', name)}: ${what}`,
        '',
        'Next:',
        ...next.map((line) => `  ${line}`),
      ].join('\n')
    },
  )
  const words = [shellWord(wish.folder), '--template', template.name, '--name', name, '--yes']
  if (wish.asked) context.printer.say(`\nThe same without questions: ela init ${words.join(' ')}`)
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** `undefined` when the user left the questions. */
async function wishOf(
  folder: string | undefined,
  { template, name, yes }: Flags,
  { interactive }: Context,
  check: (folder: string) => void,
): Promise<ProjectWish | undefined> {
  const given = { template, name }
  if (interactive && yes !== true && (folder === undefined || template === undefined)) {
    const { askForProject } = await import('./init-questions.ts')
    return await askForProject({ ...given, folder }, check)
  }
  if (folder === undefined && yes !== true) throw InitError.folderNeeded()
  return { ...given, folder: folder ?? '.', asked: false }
}
