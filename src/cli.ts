/** argv → exit code. Loads the one command that was typed, and is the only place that catches all. */
import type { Readable } from 'node:stream'
import { Command, CommanderError } from 'commander'
import { defineErrors, ElaError, messageOf } from './base/errors.ts'
import { exitCodes } from './base/exit-codes.ts'
import { suggestion } from './base/nearest-word.ts'
import { type OutputMode, Printer, type Sink } from './base/printer.ts'
import { version } from './base/version.ts'
import type { Context } from './commands/context.ts'
import { type CommandEntry, commands } from './commands/index.ts'
import { addGlobalOptions, bindEnvironment, describeProgram, isOn } from './commands/program.ts'

/** What the process around us offers. Tests hand in their own. */
export interface World {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Reading it promises to stop and clean up when it is aborted. */
  readonly signal: AbortSignal
}

const CliError = defineErrors('cli', {
  unknownCommand: (typed: string, known: readonly string[]) => ({
    message: `There is no command \`${typed}\`.`,
    hint: `${suggestion(typed, known)} \`ela --help\` lists them all.`,
    exit: 'misused',
  }),
  subcommandNeeded: (word: string) => ({
    message: `\`ela ${word}\` does one of several things, and none was named.`,
    hint: `See them with \`ela ${word} --help\`.`,
    exit: 'misused',
  }),
  interrupted: () => ({ message: 'Stopped before there was an answer.', exit: 'interrupted' }),
  misused: (message: string, hint: string) => ({ message, hint, exit: 'misused' }),
  defect: (thrown: unknown) => ({
    message: `This is a defect in ela ${version}: ${messageOf(thrown)}`,
    hint: `Report it with these lines:\n${thrown instanceof Error ? thrown.stack : String(thrown)}`,
    exit: 'defect',
    cause: thrown,
  }),
})

/** Runs one command line and returns the exit code. Never throws. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const printer = new Printer(printerOptions(argv, world))
  let code: number = exitCodes.done
  const context: Context = {
    printer,
    cwd: world.cwd,
    env: world.env,
    stdin: world.stdin,
    get signal() {
      return world.signal
    },
    interactive: isInteractive(argv, world, printer),
    exitWith: (wanted) => {
      code = wanted
    },
  }
  try {
    await dispatch(argv, context, world)
    if (!printer.answered && printer.mode !== 'text' && world.signal.aborted) {
      printer.fail(CliError.interrupted())
    }
    return code
  } catch (thrown) {
    const error = thrown instanceof ElaError ? thrown : CliError.defect(thrown)
    // Who stopped it at a terminal knows.
    if (error.exit !== 'interrupted' || printer.mode !== 'text') printer.fail(error)
    return exitCodes[error.exit]
  }
}

async function dispatch(argv: readonly string[], context: Context, world: World): Promise<void> {
  const word = commandWord(argv)
  const program = addGlobalOptions(new Command('ela'))
  let told = ''
  program.exitOverride().configureOutput({
    writeOut: (text) => {
      told += text
      if (context.printer.mode === 'text') world.stdout.write(text)
    },
    // Failures are printed once, by `run`, in one layout.
    writeErr: () => undefined,
  })
  describeProgram(program)
  const entry = commands.find(({ name }) => name === word)
  if (word !== undefined && entry === undefined) {
    throw CliError.unknownCommand(
      word,
      commands.map(({ name }) => name),
    )
  }
  if (entry !== undefined) await addCommand(program, entry, context)
  bindEnvironment(program, context.env)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    if (word === undefined) program.outputHelp()
  } catch (thrown) {
    // How the library ends after `--help` and `--version`.
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode !== 0) throw explained(thrown, pathOf(program, argv))
  }
  if (told !== '') answerTold(context.printer, told)
}

/** Help and version are answers too: one document for programs. */
function answerTold(printer: Printer, told: string): void {
  if (printer.mode === 'text') return
  if (told.trim() === version) printer.answer('version', { version }, () => told)
  else printer.answer('help', { text: told }, () => told)
}

async function addCommand(program: Command, entry: CommandEntry, context: Context): Promise<void> {
  const command = program.command(entry.name).description(entry.summary)
  const { define } = await entry.load()
  define(command, context)
}

/** The first word that is no option: the command. */
export function commandWord(argv: readonly string[]): string | undefined {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]
    if (word === undefined || word === '--') return undefined
    if (word === '--color') at += 1
    else if (!word.startsWith('-')) return word
  }
  return undefined
}

/** The command that was meant, as far as its words are known: `did key`. */
function pathOf(program: Command, argv: readonly string[]): string {
  let at = program
  const path: string[] = []
  for (const word of ownWords(argv)) {
    const inner = at.commands.find((command) => command.name() === word)
    if (inner === undefined) continue
    at = inner
    path.push(word)
  }
  return path.join(' ')
}

/** A failure of the library in our layout. */
function explained(thrown: CommanderError, path: string): ElaError {
  if (thrown.code === 'commander.help') return CliError.subcommandNeeded(path)
  const [, message = '', near] =
    /^(?:error: )?([\s\S]*?)\s*(?:\(Did you mean (.*?)\?\))?\s*$/.exec(thrown.message) ?? []
  const help = ['ela', ...(path === '' ? [] : [path]), '--help'].join(' ')
  const what = thrown.code === 'commander.unknownCommand' ? 'what there is' : 'how it is used'
  const hint = near === undefined ? `See ${what} with \`${help}\`.` : `Did you mean \`${near}\`?`
  const sentence = message.replace(/'([^']*)'/g, '`$1`')
  return CliError.misused(
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?]$/.test(sentence) ? '' : '.'}`,
    hint,
  )
}

/** The words before `--`: what follows belongs to another program. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

function outputMode(argv: readonly string[], env: World['env']): OutputMode {
  const words = ownWords(argv)
  if (words.includes('--json-stream')) return 'json-stream'
  if (words.includes('--json')) return 'json'
  if (isOn(env['ELA_JSON_STREAM'])) return 'json-stream'
  return isOn(env['ELA_JSON']) ? 'json' : 'text'
}

function printerOptions(argv: readonly string[], { stdout, stderr, env }: World) {
  const words = ownWords(argv)
  const mode = outputMode(argv, env)
  const at = words.indexOf('--color')
  const asked =
    (at === -1 ? words.find((word) => word.startsWith('--color='))?.slice(8) : words[at + 1]) ??
    env['ELA_COLOR']
  const paints = (sink: Sink) => {
    if (asked === 'always') return true
    if (asked === 'never' || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false
    return (env['FORCE_COLOR'] ?? '') !== '' || sink.isTTY === true
  }
  return {
    stdout,
    stderr,
    mode,
    color: { stdout: mode === 'text' && paints(stdout), stderr: paints(stderr) },
    quiet: words.includes('--quiet') || words.includes('-q') || isOn(env['ELA_QUIET']),
  }
}

function isInteractive(argv: readonly string[], world: World, printer: Printer): boolean {
  const { stdin, stderr, env } = world
  const forbidden = ownWords(argv).includes('--no-input') || isOn(env['ELA_NO_INPUT'])
  const ci = (env['CI'] ?? '') !== '' && env['CI'] !== 'false'
  return (
    !forbidden &&
    !ci &&
    printer.mode === 'text' &&
    stdin.isTTY === true &&
    stderr.isTTY === true &&
    env['TERM'] !== 'dumb'
  )
}
