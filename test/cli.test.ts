import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'esbuild'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../src/commands/index.ts'
import { environmentName } from '../src/commands/program.ts'
import { ela, elaBuilt, root } from './support/ela.ts'
import { temporaryFolder } from './support/folder.ts'

const test = suite('command line')

test('explains an unknown command and names the nearest', async () => {
  const { code, stdout, stderr } = await ela('hepl')
  assert.is(code, 2)
  assert.is(stdout, '')
  assert.is(
    stderr,
    'error: There is no command `hepl`.\nhint: Did you mean `help`? `ela --help` lists them all.\n',
  )
})

test('explains an unknown flag and names the nearest', async () => {
  assert.equal(await ela('help --jsn'), {
    code: 2,
    stdout: '',
    stderr: 'error: Unknown option `--jsn`.\nhint: Did you mean `--json`?\n',
  })
})

test('asks for the subcommand that was not named', async () => {
  const { code, stderr } = await ela('carrier')
  assert.is(code, 2)
  assert.match(stderr, '`ela carrier --help`')
  assert.is(JSON.parse((await ela('carrier --json')).stdout).error.code, 'cli/subcommandNeeded')
  assert.match((await ela('did key')).stderr, '`ela did key --help`')
  assert.match((await ela('did key nonsense')).stderr, '`ela did key --help`')
})

test('prints exactly one JSON document, also on failure', async () => {
  const done = await ela('help exit-codes --json')
  assert.is(done.code, 0)
  const { ok, schema, data } = JSON.parse(done.stdout)
  assert.is(ok, true)
  assert.is(schema, 'ela/help-exit-codes@1')
  const codes = data.map(({ code }: { code: number }) => code)
  assert.equal(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 70, 129, 130, 143])
  const failed = await ela('help nonsense --json')
  assert.is(failed.code, 2)
  assert.is(JSON.parse(failed.stdout).error.code, 'help/unknownTopic')
  assert.is(JSON.parse((await ela('nonsense --json')).stdout).error.code, 'cli/unknownCommand')
})

test('prints help and version as one JSON document when that is asked for', async () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const told = JSON.parse((await ela('--version --json')).stdout)
  assert.equal(told, { ok: true, schema: 'ela/version@1', data: { version } })
  for (const line of ['--json', '--help --json', 'help --json']) {
    const { ok, schema, data } = JSON.parse((await ela(line)).stdout)
    assert.ok(ok, line)
    assert.is(schema, 'ela/help@1', line)
    assert.match(data.text, 'ela init song-shop')
  }
  const { data } = JSON.parse((await ela('dev --help --json')).stdout)
  assert.is(data.text, (await ela('dev --help')).stdout)
})

test('prints the help when only flags are given', async () => {
  assert.is((await ela('--color never -q')).stdout, (await ela('')).stdout)
  assert.match((await ela('')).stdout, 'Usage: ela <command>')
})

test('names the help of the command that was misused', async () => {
  const { code, stderr } = await ela('node nonsense')
  assert.is(code, 2)
  assert.match(stderr, '`ela node --help`')
  assert.match((await ela('send')).stderr, '`ela send --help`')
})

test('stands where it was started, also below scripts of npm', async () => {
  using elsewhere = temporaryFolder()
  const scripts = {
    INIT_CWD: elsewhere.path,
    npm_lifecycle_event: 'test',
    npm_package_name: 'song-shop',
    npm_package_json: elsewhere.join('package.json'),
  }
  using folder = temporaryFolder()
  const inScript = await elaBuilt('node status', { cwd: folder.path, env: scripts })
  assert.match(inScript.stderr, `in ${folder.path} `)
  const own = { npm_lifecycle_event: 'ela', npm_package_name: 'ela' }
  const env = { ...scripts, ...own, npm_package_json: folder.join('package.json') }
  const byOwnScript = await elaBuilt('node status', { cwd: folder.path, env })
  assert.match(byOwnScript.stderr, `in ${elsewhere.path} `)
})

test('takes global flags before and after the command', async () => {
  assert.is(JSON.parse((await ela('--json help env')).stdout).ok, true)
  assert.is(JSON.parse((await ela('--color never help env --json')).stdout).ok, true)
})

test('reads flags from the environment', async () => {
  assert.is(JSON.parse((await ela('help env', { env: { ELA_JSON: '1' } })).stdout).ok, true)
})

test('takes a switch from the environment as off when it says so', async () => {
  using folder = temporaryFolder()
  const listed = async (env: Readonly<Record<string, string>>) =>
    (await ela('init --yes', { cwd: folder.path, env: { ELA_LIST: '', ...env } })).stdout
  assert.match(await listed({ ELA_LIST: '1' }), /^service /m)
  assert.not.match(await listed({ ELA_LIST: '0' }), /^service /m)
})

test('takes a global switch from the environment by the same rule', async () => {
  const isJson = async (value: string) =>
    (await ela('help env', { env: { ELA_JSON: value } })).stdout.startsWith('{')
  for (const on of ['1', 'true', 'yes']) assert.ok(await isJson(on), on)
  for (const off of ['', '0', 'false']) assert.not.ok(await isJson(off), off)
  const streamed = { env: { ELA_JSON_STREAM: '1' } }
  assert.is(JSON.parse((await ela('help env', streamed)).stdout).event, 'answer')
  assert.is(JSON.parse((await ela('help env --json', streamed)).stdout).event, undefined)
  const { code, stderr } = await ela('help env', { env: { ELA_COLOR: 'blue' } })
  assert.is(code, 2)
  assert.match(stderr, '`ELA_COLOR` cannot be `blue`')
})

test('names the variable whose value is wrong, and only where it counts', async () => {
  using folder = temporaryFolder()
  const told = async (line: string) => {
    const env = { ELA_SINCE: 'soon', ELA_TIMEOUT: 'soon' }
    return (await ela(line, { cwd: folder.path, env })).stderr
  }
  assert.match(await told('logs'), '`ELA_SINCE` cannot be `soon`')
  assert.match(await told('node start --detach'), '`ELA_TIMEOUT` cannot be `soon`')
  for (const line of ['logs --since 5m', 'node status']) {
    assert.not.match(await told(line), 'soon', line)
  }
  for (const line of ['help node', 'node start --help']) assert.is(await told(line), '', line)
})

test('names no flag like a variable that it gives to commands and that means something else', async () => {
  const { given } = JSON.parse((await ela('help env --json')).stdout).data
  const names = Object.keys(given).flatMap((all) => all.split(', '))
  const flags = (await ela('completion bash')).stdout.match(/--[a-z][a-z-]+/g) ?? []
  assert.ok(flags.length > 50)
  const same = ['--registry', '--store']
  const clashing = flags.filter(
    (flag) => !same.includes(flag) && names.includes(environmentName(flag)),
  )
  assert.equal(clashing, [])
})

test('prints its one document also when it is stopped, and no failure at a terminal', async () => {
  for (const line of ['dev --no-dapp', 'node start', 'node start --detach', 'exec -- true']) {
    using folder = temporaryFolder()
    const options = { cwd: folder.path, signal: AbortSignal.abort('SIGINT') }
    const { ok, error } = JSON.parse((await ela(['--json', ...line.split(' ')], options)).stdout)
    assert.is(ok, false, line)
    assert.match(
      error.code,
      /^(cli\/interrupted|supervisor\/startAborted|command\/backgroundStopped)$/,
      line,
    )
    assert.not.match((await ela(line, options)).stderr, 'error:', line)
  }
})

test('colours a terminal only, and obeys NO_COLOR, FORCE_COLOR and --color', async () => {
  const escapeCharacter = String.fromCharCode(27)
  const colours = async (line: string, tty: boolean, env = {}) =>
    (await ela(line, { tty, env })).stderr.includes(escapeCharacter)
  assert.is(await colours('nonsense', false), false)
  assert.is(await colours('nonsense', true), true)
  assert.is(await colours('nonsense', true, { NO_COLOR: '1' }), false)
  assert.is(await colours('nonsense', true, { TERM: 'dumb' }), false)
  assert.is(await colours('nonsense', false, { FORCE_COLOR: '1' }), true)
  assert.is(await colours('nonsense --color never', true), false)
  assert.is(await colours('nonsense --color=always', false), true)
})

test('answers --help with an example for every command, and every subcommand', async () => {
  const overview = await ela('--help')
  assert.is(overview.code, 0)
  for (const { name, summary } of commands) {
    assert.ok(overview.stdout.includes(`  ${name}`), `${name} is not in the overview`)
    assert.ok((await ela(`${name} --help`)).stdout.includes(summary), name)
    await helpHasExample(name)
  }
})

/** And so have the subcommands it lists. */
async function helpHasExample(words: string): Promise<void> {
  const { code, stdout, stderr } = await ela(`${words} --help`)
  assert.is(code, 0, `${words}: ${stderr}`)
  assert.match(stdout, /Examples?:\n {2}\$? ?(ela |[A-Z_]+=\S+ ela )/, `${words} has no example`)
  const [, listed = ''] = /\nCommands:\n([\s\S]*?)(\n\n|$)/.exec(stdout) ?? []
  for (const [, word] of listed.matchAll(/^ {2}(\S+)/gm)) await helpHasExample(`${words} ${word}`)
}

test('answers `help <command>` like `<command> --help`', async () => {
  for (const { name } of commands) {
    assert.is((await ela(`help ${name}`)).stdout, (await ela(`${name} --help`)).stdout, name)
  }
})

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`completes every command in ${shell}`, async () => {
    const { code, stdout } = await ela(`completion ${shell}`)
    assert.is(code, 0)
    for (const { name } of commands) assert.match(stdout, name)
  })
}

test('completes behind arguments and the values of flags, in bash', async () => {
  const { stdout } = await ela('completion bash')
  const lines = ['node start --only carrier --', 'node st', '--json send alice bob 1 --', 'nod']
  const ask = lines.map(
    (line) =>
      `COMP_WORDS=(ela ${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _ela; echo "\${COMPREPLY[*]}"`,
  )
  const said = spawnSync('bash', ['--norc', '-c', `${stdout}\n${ask.join('\n')}`], {
    encoding: 'utf8',
  })
  const [flags = '', subcommands, sending = '', command] = said.stdout.split('\n')
  assert.match(flags, '--detach')
  assert.is(subcommands, 'start status stop')
  assert.match(sending, '--memo')
  assert.is(command, 'node')
})

test('lets fish offer files where one may follow', async () => {
  const { stdout } = await ela('completion fish')
  assert.match(stdout, `complete -c ela -n 'test (__ela_path) = "did verify"'`)
  assert.match(stdout, `complete -c ela -f -n 'test (__ela_path) = "did"'`)
})

test('runs as built, on the version of the package', async () => {
  const { code, stdout, stderr } = await elaBuilt('--version')
  assert.is(stderr, '')
  assert.is(code, 0)
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('tells an older Node which one it needs, in words that it can parse', async () => {
  const entry = path.join(root, 'bin/ela.js')
  const source = readFileSync(entry, 'utf8')
  // What this level lacks would be written otherwise for it. It has `import()`, but not modules.
  const options = { supported: { 'dynamic-import': true } }
  const { code } = await transform(source, { ...options, target: 'node10' })
  assert.is(code, (await transform(source, { ...options, target: 'esnext' })).code)
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.18.9' })`
  const preload = `data:text/javascript,${encodeURIComponent(old)}`
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, entry, 'dev'], {
    encoding: 'utf8',
  })
  assert.is(status, 4)
  assert.match(stderr, 'ela needs Node.js 20.19 or newer')
})

test.run()
