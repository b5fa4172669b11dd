import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../src/base/errors.ts'
import { createProject, renderTemplate } from '../../src/scaffold/create-project.ts'
import { checkProjectName, projectNameFrom } from '../../src/scaffold/project-name.ts'
import {
  DEFAULT_TEMPLATE,
  findTemplate,
  listTemplates,
  type Template,
} from '../../src/scaffold/templates.ts'
import { fails } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'

const test = suite('scaffold')
const web = findTemplate(DEFAULT_TEMPLATE)

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

test('offers the default template first, and each with a summary', () => {
  const templates = listTemplates()
  assert.is(templates[0]?.name, DEFAULT_TEMPLATE)
  assert.ok(templates.length >= 2)
  for (const { name, summary } of templates) assert.ok(summary.length > 20, name)
})

test('writes every template whole, with the name in place', () => {
  for (const template of listTemplates()) {
    using folder = temporaryFolder()
    const project = folder.join('deep', 'song-shop')
    const files = createProject({ template, folder: project, name: 'song-shop' })
    assert.equal(filesBelow(project), [...files].sort())
    for (const file of ['package.json', 'ela.config.ts', 'README.md', 'AGENTS.md', '.gitignore']) {
      assert.ok(files.includes(file), `${template.name}: ${file}`)
    }
    for (const file of files) {
      assert.not.match(readFileSync(path.join(project, file), 'utf8'), '{{name}}')
    }
    const { name, dependencies, devDependencies } = JSON.parse(
      readFileSync(path.join(project, 'package.json'), 'utf8'),
    )
    assert.is(name, 'song-shop')
    // A new project runs and tests without installing anything.
    assert.equal([dependencies, devDependencies], [undefined, undefined])
    assert.match(readFileSync(path.join(project, 'ela.config.ts'), 'utf8'), "'song-shop'")
    assert.equal(readdirSync(folder.join('deep')), ['song-shop'])
  }
})

test('takes an empty folder, also one that git has begun in, and keeps it the same folder', () => {
  using folder = temporaryFolder()
  mkdirSync(folder.join('.git'))
  writeFileSync(folder.join('.git', 'HEAD'), 'ref')
  const files = createProject({ template: web, folder: folder.path, name: 'x' })
  assert.equal(filesBelow(folder.path), [...files, '.git/HEAD'].sort())
})

test('refuses a folder that holds anything, and touches nothing', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('mine.txt'), 'mine')
  const error = await fails('scaffold/folderNotEmpty', () =>
    createProject({ template: web, folder: folder.path, name: 'x' }),
  )
  assert.is(error.exit, 'misused')
  assert.match(error.message, 'mine.txt')
  assert.equal(readdirSync(folder.path), ['mine.txt'])
})

test('refuses files, and links wherever they lead', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('file'), '')
  mkdirSync(folder.join('real'))
  symlinkSync(folder.join('real'), folder.join('link'))
  symlinkSync(folder.join('nowhere'), folder.join('broken'))
  for (const name of ['file', 'link', 'broken']) {
    await fails('scaffold/notFolder', () =>
      createProject({ template: web, folder: folder.join(name), name: 'x' }),
    )
  }
  assert.equal(readdirSync(folder.join('real')), [])
  assert.not(existsSync(folder.join('nowhere')))
})

test('refuses a project inside another one, unless told otherwise', async () => {
  using folder = temporaryFolder()
  createProject({ template: web, folder: folder.join('outer'), name: 'outer' })
  const inner = folder.join('outer', 'packages', 'inner')
  await fails('scaffold/insideProject', () =>
    createProject({ template: web, folder: inner, name: 'inner' }),
  )
  assert.not(existsSync(folder.join('outer', 'packages')))
  createProject({ template: web, folder: inner, name: 'inner', nested: true })
  assert.ok(existsSync(path.join(inner, 'ela.config.ts')))
})

test('leaves nothing behind when it cannot write', async () => {
  using folder = temporaryFolder()
  writeFileSync(folder.join('file'), '')
  await fails('scaffold/notWritable', () =>
    createProject({ template: web, folder: folder.join('file', 'below'), name: 'x' }),
  )
  assert.equal(readdirSync(folder.path), ['file'])
})

test('names a template that is broken', async () => {
  const broken: Template = { ...web, fill: ['not-there.md'] }
  await fails('scaffold/brokenTemplate', () => renderTemplate(broken, 'x'))
  await fails('scaffold/unknownTemplate', () => findTemplate('wob'))
  using folder = temporaryFolder()
  mkdirSync(folder.join('bad'))
  for (const text of ['{', 'null', '{"summary":"x"}', '{"fill":[]}', '{"summary":1,"fill":[]}']) {
    writeFileSync(folder.join('bad', 'template.json'), text)
    await fails('scaffold/brokenTemplate', () => listTemplates(folder.path))
  }
})

test('refuses names that npm refuses, and proposes one that will do', async () => {
  for (const name of [
    '',
    'Song',
    'a b',
    '.hidden',
    '_x',
    '-x',
    'a/b',
    '../x',
    '@scope/',
    'fs',
    'http',
    'node_modules',
    'ela',
    'a'.repeat(215),
    'naïve',
    'a\n',
    '"',
  ]) {
    await fails('scaffold/wrongName', () => checkProjectName(name))
  }
  for (const name of ['a', 'song-shop', '@me/song', 'x1.y_z', '0']) checkProjectName(name)
  assert.is(projectNameFrom('Mein Lädchen!'), 'mein-ladchen')
})

test('makes a valid name out of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => checkProjectName(projectNameFrom(text))),
  )
})

test('refuses names with a code and never another way', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        checkProjectName(text)
      } catch (error) {
        assert.ok(error instanceof ElaError)
      }
    }),
  )
})

test.run()
