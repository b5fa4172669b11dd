/** Intents as text: what the admin port accepts. */
import type { Intent } from './events.ts'

const MAX_BLOCKS = 10_000

/** The intent in a JSON text, `undefined` when it is none. */
export function parseIntent(text: string): Intent | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { intent, node, blocks } = value as Readonly<Record<string, unknown>>
  if (intent === 'stop' || intent === 'restart-dapp') return { intent }
  if (typeof node !== 'string') return undefined
  if (intent === 'restart-node') return { intent, node }
  if (intent !== 'mine' || !isCount(blocks)) return undefined
  return { intent, node, blocks }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= MAX_BLOCKS
}
