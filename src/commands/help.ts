import type { Command } from 'commander'
import { defineErrors } from '../base/errors.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { suggestion } from '../base/nearest-word.ts'
import { grammars } from '../bundle/capabilities/index.ts'
import type { Context } from './context.ts'
import { commands } from './index.ts'
import { bindEnvironment } from './program.ts'

const HelpError = defineErrors('help', {
  unknownTopic: (topic: string, known: readonly string[]) => ({
    message: `There is no help on \`${topic}\`.`,
    hint: suggestion(topic, known),
    exit: 'misused',
  }),
})

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  failed: 'failed',
  misused: 'misused: an unknown command, flag or argument',
  answerNeeded: 'an answer is needed and nobody can give it; the message names the flag',
  environment: 'the environment: a port, the disk, a missing binary, the Node.js version',
  unreachable: 'a network or peer cannot be reached',
  refused: 'refused by a chain or registry',
  notVerified: 'verification failed: a signature, a digest, an identity',
  devnetState: 'the devnet is not running, or is already running',
  defect: 'a defect in ela',
  hungUp: 'ended by SIGHUP (the terminal was closed)',
  interrupted: 'ended by SIGINT (Ctrl-C)',
  terminated: 'ended by SIGTERM',
}

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['ELA_<FLAG>', 'any flag of any command: `ELA_PORT_BASE=30000` is `--port-base 30000`'],
  ['ELA_SESSION', 'the devnet to talk to: path of its session.json'],
  ['ELA_RUN_FOLDER', 'where running DApps have their sockets, instead of /tmp/ela-UID'],
  ['ELA_MNEMONIC_FILE', 'file with the phrase to derive accounts and DIDs from'],
  ['ELA_KEYSTORE', 'folder of `ela keys`, instead of ~/.ela/keys'],
  ['ELA_KEYSTORE_JSON', 'a key file of `ela keys` itself, for `ela sign` and `ela publish` in CI'],
  ['ELA_KEYSTORE_PASSWORD', 'its password; or ELA_PASSWORD_FILE, a file whose first line it is'],
  ['GITHUB_OUTPUT', 'file to which `ela pack` adds bundleId and file for later steps'],
  ['NO_COLOR', 'no colour'],
  ['FORCE_COLOR', 'colour also off a terminal'],
  ['CI', 'no question, no dashboard'],
]

const given: readonly (readonly [name: string, meaning: string])[] = [
  ['ELA_RPC_URL', 'main chain JSON-RPC'],
  ['ELA_REST_URL', 'main chain REST'],
  ['ELA_WS_URL', 'main chain WebSocket'],
  ['ESC_RPC_URL, ESC_WS_URL, ESC_CHAIN_ID', 'smart contract chain'],
  ['EID_RPC_URL, EID_WS_URL, EID_CHAIN_ID', 'identity chain'],
  ['ELA_REGISTRY', "address of the registry of DApps' releases on ESC"],
  ['ELA_STORE', 'the content store: `kubo:` and its URL'],
  ['CARRIER_BOOTSTRAP', 'first Carrier node: id@host:port'],
  ['ELA_SESSION', 'the whole of it: path of session.json'],
]

const topics: Readonly<Record<string, (printer: Context['printer']) => void>> = {
  'exit-codes': (printer) => {
    const rows = Object.entries(meanings).map(([name, meaning]) => ({
      code: exitCodes[name as keyof typeof exitCodes],
      name,
      meaning,
    }))
    printer.answer('help exit-codes', rows, (list) =>
      list.map(({ code, meaning }) => `${String(code).padStart(4)}  ${meaning}`).join('\n'),
    )
  },
  capabilities: (printer) => {
    const data = Object.values(grammars).map(({ name, summary, example }) => ({
      ...{ name, summary, example },
    }))
    printer.answer('help capabilities', data, () =>
      [
        'What a DApp may ask for, in `capabilities` of its manifest; all else is denied:',
        ...data.flatMap(({ name, summary, example }) => [
          '',
          `  ${name}: ${summary}`,
          `    "${name}": ${JSON.stringify(example)}`,
        ]),
      ].join('\n'),
    )
  },
  env: (printer) => {
    const data = { read: Object.fromEntries(variables), given: Object.fromEntries(given) }
    printer.answer('help env', data, () =>
      [
        'Read by ela (a flag wins over its variable):',
        ...table(variables),
        '',
        'Given to DApps and to the command of `ela exec`:',
        ...table(given),
      ].join('\n'),
    )
  },
}

export function define(command: Command, context: Context): void {
  command
    .argument('[topic...]', 'a command, `capabilities`, `exit-codes` or `env`')
    .addHelpText('after', '\nExamples:\n  ela help dev\n  ela help exit-codes')
    .action(async (words: string[]) => {
      const [topic] = words
      const program = command.parent
      if (program === null) throw new Error('help has no parent command')
      if (topic === undefined) {
        program.outputHelp()
        return
      }
      const print = topics[topic]
      if (print !== undefined) print(context.printer)
      else await printCommandHelp(program, words, context)
    })
}

async function printCommandHelp(
  program: Command,
  [name = '', ...path]: readonly string[],
  context: Context,
): Promise<void> {
  const entry = commands.find((known) => known.name === name)
  if (entry === undefined) {
    throw HelpError.unknownTopic(name, [
      ...Object.keys(topics),
      ...commands.map((known) => known.name),
    ])
  }
  let command =
    program.commands.find((known) => known.name() === name) ??
    program.command(entry.name).description(entry.summary)
  if (name !== 'help') (await entry.load()).define(command, context)
  bindEnvironment(command, context.env)
  for (const word of path) {
    const inner = command.commands.find((known) => known.name() === word)
    if (inner === undefined) {
      throw HelpError.unknownTopic(
        word,
        command.commands.map((known) => known.name()),
      )
    }
    command = inner
  }
  command.outputHelp()
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}${meaning}`)
}
