import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { fit, type Look, rule } from './look.ts'
import { keyHelp } from './view.ts'

/** An account as the overlay shows it: addresses only, never a key. */
export interface ShownAccount {
  readonly name: string
  readonly ela: string
  readonly evm: string
  readonly did: string
}

interface PaneProps {
  readonly width: number
  readonly rows: number
  readonly look: Look
}

export function KeyHelp({ width, rows, look }: PaneProps): ReactNode {
  const lines = keyHelp.map(([key, what, command]) =>
    fit(`  ${fit(key, 11)}${fit(what, 40)}${command}`, width),
  )
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule('Keys, and the same as a command', width, look)}</Text>
      <Text>{lines.slice(0, rows - 1).join('\n')}</Text>
    </Box>
  )
}

export function Accounts({
  accounts,
  width,
  rows,
  look,
}: PaneProps & { readonly accounts: readonly ShownAccount[] }): ReactNode {
  // Side by side where it fits, else one address a line: a cut address is of no use.
  const wide = width >= 138
  const lines = accounts.flatMap(({ name, ela, evm, did }) =>
    wide
      ? [`  ${fit(name, 8)}${fit(ela, 36)}${fit(evm, 44)}${did}`]
      : width >= 92
        ? [`  ${fit(name, 8)}${fit(ela, 36)}${evm}`]
        : [`  ${fit(name, 8)}${ela}`, `          ${evm}`],
  )
  const cut = lines.length > rows - 1
  const shown = cut ? [...lines.slice(0, rows - 2), '  more with `ela accounts`'] : lines
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule('Accounts (published keys, worthless elsewhere)', width, look)}</Text>
      <Text>{shown.map((line) => fit(line, width)).join('\n')}</Text>
    </Box>
  )
}
