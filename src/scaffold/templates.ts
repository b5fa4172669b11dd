/** The templates: every folder of `templates/` with a `template.json` is one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../base/errors.ts'
import { ScaffoldError } from './errors.ts'

export interface Template {
  readonly name: string
  /** One line for lists and prompts. */
  readonly summary: string
  readonly folder: string
  /** Files, as paths in the template, in which `{{name}}` stands for the project's name. */
  readonly fill: readonly string[]
}

export const DESCRIPTION_FILE = 'template.json'
export const DEFAULT_TEMPLATE = 'web'

/** All templates, the default one first. */
export function listTemplates(folder = templatesFolder()): readonly Template[] {
  const names = readdirSync(folder).filter((name) =>
    existsSync(path.join(folder, name, DESCRIPTION_FILE)),
  )
  return names
    .map((name) => readTemplate(folder, name))
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}

/** Throws `scaffold/unknownTemplate`. */
export function findTemplate(name: string): Template {
  const templates = listTemplates()
  const found = templates.find((template) => template.name === name)
  if (found === undefined) {
    const known = templates.map((template) => template.name)
    throw ScaffoldError.unknownTemplate(name, known)
  }
  return found
}

function rank({ name }: Template): number {
  return name === DEFAULT_TEMPLATE ? 0 : 1
}

/** Beside `src/` when run from source, beside `dist/` when built. */
function templatesFolder(): string {
  const here = import.meta.url
  const folder = fileURLToPath(
    new URL(here.endsWith('.ts') ? '../../templates' : '../templates', here),
  )
  if (!existsSync(folder)) throw ScaffoldError.templatesMissing(folder)
  return folder
}

function readTemplate(parent: string, name: string): Template {
  const folder = path.join(parent, name)
  let told: unknown
  try {
    told = JSON.parse(readFileSync(path.join(folder, DESCRIPTION_FILE), 'utf8'))
  } catch (error) {
    throw ScaffoldError.brokenTemplate(name, messageOf(error))
  }
  const { summary, fill } = (told ?? {}) as { summary?: unknown; fill?: unknown }
  if (typeof summary !== 'string') throw ScaffoldError.brokenTemplate(name, 'it has no summary')
  if (!Array.isArray(fill) || !fill.every((file) => typeof file === 'string')) {
    throw ScaffoldError.brokenTemplate(name, '`fill` is no list of files')
  }
  return { name, summary, folder, fill }
}
