/** A template → a project on disk: whole, or not at all. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { ScaffoldError } from './errors.ts'
import { checkProjectName } from './project-name.ts'
import { DESCRIPTION_FILE, type Template } from './templates.ts'

export interface ProjectOptions {
  readonly template: Template
  /** Full path; made when it does not exist. */
  readonly folder: string
  readonly name: string
  /** Whether the folder may lie inside another project. */
  readonly nested?: boolean
}

/** What a folder may hold and still be empty to us. */
const harmless: readonly string[] = ['.git', '.DS_Store']

/**
 * Writes the project and returns its files, sorted, as paths in it.
 *
 * Everything is written into a draft folder beside the target, which then takes its place by one
 * rename. A folder that exists (someone may stand in it, and may not be allowed to write beside it)
 * keeps its identity: the draft is inside it and its files are moved up.
 *
 * Throws `scaffold/wrongName`, `scaffold/folderNotEmpty`, `scaffold/notFolder`,
 * `scaffold/insideProject` or `scaffold/notWritable`; in each case nothing is left behind.
 */
export function createProject(options: ProjectOptions): readonly string[] {
  const { template, folder, name } = options
  checkProjectName(name)
  checkPlace(folder, options.nested === true)
  const rendered = renderTemplate(template, name)
  let made: string | undefined
  let draft: string | undefined
  try {
    const beside = existsSync(folder) ? folder : path.dirname(folder)
    made = mkdirSync(beside, { recursive: true })
    draft = mkdtempSync(path.join(beside, '.ela-init-'))
    // `mkdtemp` makes private folders; a project is as open as any other folder.
    const project = path.join(draft, 'project')
    for (const [file, content] of rendered) {
      mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
      writeFileSync(path.join(project, file), content)
    }
    takePlace(project, folder)
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    throw ScaffoldError.notWritable(folder, error)
  } finally {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true })
  }
  return rendered.map(([file]) => file)
}

/** The files of a new project: path and content, sorted by path. */
export function renderTemplate(
  template: Template,
  name: string,
): readonly (readonly [file: string, content: string | Uint8Array])[] {
  const sources = readdirSync(template.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(template.folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file !== DESCRIPTION_FILE)
  const missing = template.fill.find((file) => !sources.includes(file))
  if (missing !== undefined) {
    throw ScaffoldError.brokenTemplate(template.name, `\`${missing}\` is missing`)
  }
  return sources
    .map((file) => {
      const full = path.join(template.folder, file)
      const content = template.fill.includes(file)
        ? readFileSync(full, 'utf8').replaceAll('{{name}}', name)
        : readFileSync(full)
      return [projectPath(file), content] as const
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/**
 * npm leaves dotfiles such as `.gitignore` out of packages, so templates hold `_gitignore`; and
 * `_github`, so that nobody takes its workflows for those of this repository.
 */
function projectPath(file: string): string {
  return file.replace(/(^|\/)_/g, '$1.')
}

/**
 * Throws `scaffold/folderNotEmpty`, `scaffold/notFolder`, `scaffold/insideProject` or
 * `scaffold/notWritable` when no project can be made in `folder`, a full path.
 */
export function checkPlace(folder: string, nested: boolean): void {
  checkFolder(folder)
  if (!nested) checkSurroundings(folder)
}

function checkFolder(folder: string): void {
  const stats = statsOf(folder)
  if (stats === undefined) return
  // A link to a folder is not followed: the project would land where nobody looks for it.
  if (!stats.isDirectory()) throw ScaffoldError.notFolder(folder)
  const holds = readdirSync(folder).filter((name) => !harmless.includes(name))
  if (holds.length > 0) throw ScaffoldError.folderNotEmpty(folder, holds.sort())
}

function statsOf(folder: string): Stats | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false })
  } catch (error) {
    // Such as a file where a folder above should be.
    throw ScaffoldError.notWritable(folder, error)
  }
}

function checkSurroundings(folder: string): void {
  for (let above = path.dirname(folder); ; above = path.dirname(above)) {
    const isProject = ['ts', 'mts', 'js', 'mjs', 'json'].some((ending) =>
      existsSync(path.join(above, `ela.config.${ending}`)),
    )
    if (isProject) throw ScaffoldError.insideProject(folder, above)
    if (above === path.dirname(above)) return
  }
}

function takePlace(project: string, folder: string): void {
  if (!existsSync(folder)) {
    renameSync(project, folder)
    return
  }
  const moved: string[] = []
  try {
    for (const name of readdirSync(project)) {
      renameSync(path.join(project, name), path.join(folder, name))
      moved.push(name)
    }
  } catch (error) {
    for (const name of moved) rmSync(path.join(folder, name), { recursive: true, force: true })
    throw error
  }
}
