import type { Command } from 'commander'
import { Argument } from 'commander'
import type { Context } from './context.ts'
import { commands } from './index.ts'

type Shell = 'bash' | 'zsh' | 'fish'

/** What may follow a command's words: `node` → `start stop …`, `node start` → `--detach …`. */
interface Words {
  readonly path: string
  readonly words: readonly string[]
  /** Whether a file or folder may follow too. */
  readonly files: boolean
}

export function define(command: Command, context: Context): void {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  ela completion bash >> ~/.bashrc
  ela completion zsh > "\${fpath[1]}/_ela"
  ela completion fish > ~/.config/fish/completions/ela.fish`,
    )
    .action(async (shell: Shell) => {
      const program = command.parent
      if (program === null) throw new Error('completion has no parent command')
      const script = scripts[shell](await allWords(program, context))
      context.printer.answer('completion', { shell, script }, (data) => data.script)
    })
}

async function allWords(program: Command, context: Context): Promise<readonly Words[]> {
  const top = { path: '', words: commands.map(({ name }) => name), files: false }
  const globals = program.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
  const inner = await Promise.all(
    commands.map(async (entry) => {
      const known = program.commands.find((sub) => sub.name() === entry.name)
      const sub = known ?? program.createCommand(entry.name)
      if (known === undefined) (await entry.load()).define(sub, context)
      return wordsOf(sub, entry.name, globals)
    }),
  )
  return [top, ...inner.flat()]
}

function wordsOf(command: Command, path: string, globals: readonly string[]): readonly Words[] {
  const own = command.options.flatMap(({ long }) => (long === undefined ? [] : [long]))
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  const names = command.commands.map((sub) => sub.name())
  return [
    {
      path,
      words: [...names, ...choices, ...own, '--help', ...globals],
      files: names.length === 0 && choices.length === 0,
    },
    ...command.commands.flatMap((sub) => wordsOf(sub, `${path} ${sub.name()}`, globals)),
  ]
}

const scripts: Readonly<Record<Shell, (all: readonly Words[]) => string>> = {
  bash: (all) => `_ela() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in ${pathPattern(all)}) at="\${at:+$at }$word" ;; esac
  done
  local words
  case "$at" in
${cases(all, '    ')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _ela ela`,

  zsh: (all) => `#compdef ela
_ela() {
  local at="" word words_
  for word in \${words[2,CURRENT-1]}; do
    case "\${at:+$at }$word" in ${pathPattern(all)}) at="\${at:+$at }$word" ;; esac
  done
  case "$at" in
${cases(all, '    ').replaceAll('words=', 'words_=')}
  esac
  if [ -n "$words_" ]; then compadd -- \${=words_}; fi
  _files
}
if [ "$funcstack[1]" = "_ela" ]; then _ela "$@"; else compdef _ela ela; fi`,

  fish: (all) =>
    [
      'complete -c ela -e',
      'function __ela_path',
      '  set -l at',
      '  for word in (commandline -opc)[2..-1]',
      `    contains -- "$at $word" ${paths(all).map(quoted).join(' ')}; and set -a at $word`,
      '  end',
      '  echo "$at"',
      'end',
      ...all.map(
        ({ path, words, files }) =>
          `complete -c ela${files ? '' : ' -f'} -n 'test (__ela_path) = "${path}"' -a '${words.join(' ')}'`,
      ),
    ].join('\n'),
}

/** Every path but that of `ela` alone. Other words are arguments, or belong to flags. */
function paths(all: readonly Words[]): readonly string[] {
  return all.flatMap(({ path }) => (path === '' ? [] : [path]))
}

function pathPattern(all: readonly Words[]): string {
  return paths(all)
    .map((path) => `"${path}"`)
    .join('|')
}

/** As fish joins a list before a word: with a space in front when the list is empty. */
function quoted(path: string): string {
  return path.includes(' ') ? `'${path}'` : `' ${path}'`
}

function cases(all: readonly Words[], indent: string): string {
  return all
    .map(({ path, words }) => `${indent}"${path}") words="${words.join(' ')}" ;;`)
    .join('\n')
}
