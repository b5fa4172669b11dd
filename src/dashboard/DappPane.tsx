import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import type { DappFacts } from './dapp-state.ts'
import { fit, type Look, megabytes, rule, wallsText } from './look.ts'
import type { State } from './state.ts'

export interface DappPaneProps {
  readonly state: State
  readonly width: number
  /** Lines including the title. */
  readonly rows: number
  readonly look: Look
}

/** Who the DApp is, what it may and what it uses, uncut where the terminal is wide enough. */
export function DappPane({ state, width, rows, look }: DappPaneProps): ReactNode {
  const { dapp, facts } = state
  const walls = dapp.status === 'ready' || dapp.status === 'changed' ? wallsText(dapp.level) : '–'
  const lines = [...identityLines(facts), ['walls', walls], ...useLines(facts)].map(
    ([name = '', text = '']) => fit(`  ${name.padEnd(12)}${text}`, width),
  )
  return (
    <Box flexDirection="column" width={width} height={rows}>
      <Text dimColor>{rule('DApp', width, look)}</Text>
      <Text>{lines.slice(0, rows - 1).join('\n')}</Text>
    </Box>
  )
}

type Line = readonly [name: string, text: string]

function identityLines({ identity }: DappFacts): readonly Line[] {
  if (identity === undefined) return [['identity', 'none: it is not run by the runtime']]
  const { app, publisher, bundleId, signature, signers, warnings, version } = identity
  return [
    ['release', `${identity.name} ${version}`],
    ['app', app],
    ['publisher', publisher],
    ['bundle', bundleId ?? '–'],
    ['signature', signers.length === 0 ? signature : `${signature} by ${signers.join(', ')}`],
    ...warnings.map((warning): Line => ['warning', warning]),
  ]
}

function useLines({ granted, denied, usage }: DappFacts): readonly Line[] {
  const list = (names: readonly string[]) => `${names.length}  ${names.join(', ')}`
  const cpu = usage?.cpuShare === undefined ? '–' : `${(usage.cpuShare * 100).toFixed(1)} %`
  return [
    ['granted', list(granted)],
    ['denied', list(denied)],
    ['CPU', cpu],
    ['memory', megabytes(usage?.memoryBytes) || '–'],
    ['calls', usage === undefined ? '–' : `${usage.calls}, ${usage.callsDenied} refused`],
  ]
}
