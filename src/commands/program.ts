/** What is the same for every command: the global options, the overview, and `ELA_<FLAG>`. */
import { type Command, Option } from 'commander'
import { version } from '../base/version.ts'
import { CommandError } from './errors.ts'
import { type CommandEntry, commands } from './index.ts'

const groupOrder: readonly CommandEntry['group'][] = [
  'Start',
  'Bundle',
  'Devnet',
  'Coins and identity',
  'Help',
]

/** Options every command takes, before or after its name. */
export function addGlobalOptions(program: Command): Command {
  return program
    .version(version, '-V, --version', 'print the version')
    .addOption(new Option('--json', 'print exactly one JSON document on stdout'))
    .addOption(new Option('--json-stream', 'print events as JSON lines on stdout'))
    .addOption(
      new Option('--color <when>', 'colour: auto, always or never')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(new Option('-q, --quiet', 'no talk on stderr, only warnings and errors'))
    .addOption(new Option('--no-input', 'never ask a question'))
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
}

/** The overview of `ela --help`. Names and summaries only: no command is loaded for it. */
export function describeProgram(program: Command): void {
  program.usage('<command> [options]').description('The Elastos toolchain.')
  const groups = groupOrder.filter((group) => commands.some((command) => command.group === group))
  const width = Math.max(...commands.map(({ name }) => name.length), 0) + 2
  const lines = groups.flatMap((group) => [
    `\n${group}:`,
    ...commands
      .filter((command) => command.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
  ])
  const overview = `${lines.join('\n')}

Examples:
  ela init song-shop          a new DApp from a template
  ela dev                     a whole Elastos and the DApp, live
  ela exec -- npm test        the same for CI: start, run, stop

\`ela <command> --help\` explains one command; see also \`ela help exit-codes\` and \`ela help env\`.`
  program.addHelpText('after', overview)
}

/**
 * Lets `ELA_<FLAG>` stand for every flag of a command and its subcommands; a flag given wins. Done
 * here, once, so that no command can forget it. A wrong value is told when the command that would
 * use it runs: not by its help, by another command, or beside a flag that wins.
 */
export function bindEnvironment(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
): void {
  // `ela help <command>` is the one way; a second word for it would only be in the way.
  command.helpCommand(false)
  for (const option of command.options) {
    const variable = environmentName(option.long ?? '')
    const value = env[variable]
    if (value === undefined || (option.isBoolean() && !isOn(value))) continue
    const attribute = option.attributeName()
    try {
      command.setOptionValueWithSource(attribute, flagValue(option, value), 'env')
    } catch (error) {
      // For the check that nothing required is missing.
      command.setOptionValueWithSource(attribute, value, 'env')
      command.hook('preAction', () => {
        const isUsed = command.getOptionValueSource(attribute) === 'env'
        if (isUsed) throw CommandError.badEnvironment(variable, value, error)
      })
    }
  }
  for (const inner of command.commands) bindEnvironment(inner, env)
}

/**
 * The environment for an `ela` that is started with all its flags as words: no variable adds to
 * them, or it would for instance go into the background once more, and so on without end.
 */
export function withoutFlags(
  env: Readonly<Record<string, string | undefined>>,
  command: Command,
): Readonly<Record<string, string | undefined>> {
  const flags = new Set<string>()
  for (let at: Command | null = command; at !== null; at = at.parent) {
    for (const { long } of at.options) flags.add(environmentName(long ?? ''))
  }
  return Object.fromEntries(Object.entries(env).filter(([name]) => !flags.has(name)))
}

/** Whether a switch given as a variable is on: not for an empty value, `0` or `false`. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(0|false)?$/.test(value)
}

/** `--port-base` → `ELA_PORT_BASE`. */
export function environmentName(flag: string): string {
  return `ELA_${flag.replace(/^-+/, '').replaceAll('-', '_').toUpperCase()}`
}

function flagValue(option: Option, value: string): unknown {
  if (option.isBoolean()) return !option.negate
  return option.parseArg === undefined ? value : option.parseArg(value, option.defaultValue)
}
