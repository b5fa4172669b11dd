import type { Command } from 'commander'
import { Argument } from 'commander'
import type { Context } from './context.ts'
import { commands } from './index.ts'

type Shell = 'bash' | 'zsh' | 'fish'

/** What may follow a command's words: `node` → `start stop …`, `node start` → `--detach …`. */
interface Words {
  readonly path: string
  readonly words: readonly string[]
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
  const top = { path: '', words: commands.map(({ name }) => name) }
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
    { path, words: [...names, ...choices, ...own, '--help', ...globals] },
    ...command.commands.flatMap((sub) => wordsOf(sub, `${path} ${sub.name()}`, globals)),
  ]
}

const scripts: Readonly<Record<Shell, (all: readonly Words[]) => string>> = {
  bash: (all) => `_ela() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  local words
  case "$path" in
${cases(all, '    ')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _ela ela`,

  zsh: (all) => `#compdef ela
_ela() {
  local path="" word words_
  for word in \${words[2,CURRENT-1]}; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases(all, '    ').replaceAll('words=', 'words_=')}
    *) words_="" ;;
  esac
  if [ -n "$words_" ]; then compadd -- \${=words_}; fi
  _files
}
compdef _ela ela`,

  fish: (all) =>
    [
      'complete -c ela -e',
      'function __ela_path',
      '  set -l path',
      '  for word in (commandline -opc)[2..-1]',
      "    string match -q -- '-*' $word; or set -a path $word",
      '  end',
      '  echo "$path"',
      'end',
      ...all.map(
        ({ path, words }) =>
          `complete -c ela -f -n 'test (__ela_path) = "${path}"' -a '${words.join(' ')}'`,
      ),
    ].join('\n'),
}

function cases(all: readonly Words[], indent: string): string {
  return all
    .map(({ path, words }) => `${indent}"${path}") words="${words.join(' ')}" ;;`)
    .join('\n')
}
