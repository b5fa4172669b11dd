/** What the dashboard knows of the DApp, folded out of runtime events. Pure. */
import type { GrantAsk, RuntimeEvent } from '../runtime/events.ts'
import type { SandboxLevel } from '../runtime/instance-status.ts'

export type DappState =
  | { readonly status: 'none' }
  | {
      readonly status: 'starting'
      readonly name: string
      readonly kind: 'web' | 'service' | 'java'
    }
  | {
      readonly status: 'ready' | 'changed'
      readonly name: string
      readonly url: string | undefined
      readonly level: SandboxLevel
      readonly tookMs: number
    }
  | {
      readonly status: 'ended'
      readonly name: string
      readonly how: string
      readonly willRestart: boolean
    }
  | {
      readonly status: 'evicted'
      readonly name: string
      readonly why: string
      /** Whether it may not start here again. */
      readonly isDenied: boolean
    }

/** Who the DApp is, and what it was granted and uses. */
export interface DappFacts {
  readonly identity: Extract<RuntimeEvent, { event: 'dapp-admitted' }> | undefined
  readonly granted: readonly string[]
  readonly denied: readonly string[]
  readonly usage:
    | {
        readonly memoryBytes: number
        readonly calls: number
        readonly callsDenied: number
        /** Of a core, since the usage before. */
        readonly cpuShare: number | undefined
        readonly cpuMs: number
        readonly at: number
      }
    | undefined
}

/** A capability that waits for a decision. */
export interface GrantPrompt {
  readonly id: string
  readonly name: string
  readonly app: string
  readonly ask: GrantAsk
}

export const noFacts: DappFacts = { identity: undefined, granted: [], denied: [], usage: undefined }

export interface DappSide {
  readonly dapp: DappState
  readonly facts: DappFacts
  readonly prompts: readonly GrantPrompt[]
}

/** The DApp's side of the state after an event, and the line that the log keeps of it. */
export function reduceDapp(
  { dapp, facts, prompts }: DappSide,
  event: RuntimeEvent,
  now: number,
): DappSide & { readonly line?: string } {
  const side = { dapp, facts, prompts }
  switch (event.event) {
    case 'dapp-starting':
      return { ...side, dapp: { status: 'starting', name: event.name, kind: event.kind } }
    case 'dapp-admitted':
      return { ...side, facts: { ...noFacts, identity: event }, line: admittedLine(event) }
    case 'dapp-asks': {
      const { id, name, app, ask } = event
      return { ...side, prompts: [...prompts, { id, name, app, ask }], line: askedLine(event) }
    }
    case 'dapp-answered': {
      const left = prompts.filter(({ id }) => id !== event.id)
      return { ...side, prompts: left, line: `${event.capability}: ${event.answer}` }
    }
    case 'dapp-granted': {
      const { granted, denied } = event
      return { ...side, facts: { ...facts, granted, denied } }
    }
    case 'dapp-ready': {
      const { name, url, level, tookMs } = event
      return { ...side, dapp: { status: 'ready', name, url, level, tookMs } }
    }
    case 'dapp-usage':
      return { ...side, facts: { ...facts, usage: usageOf(facts, event, now) } }
    case 'dapp-changed': {
      const changed = dapp.status === 'ready' ? { ...dapp, status: 'changed' as const } : dapp
      return { ...side, dapp: changed, line: `changed: ${event.files.join(', ')}` }
    }
    case 'dapp-ended': {
      const { how, willRestart } = event
      const ended = { status: 'ended', name: nameOf(dapp), how, willRestart } as const
      return { ...side, dapp: ended, line: `ended with ${how}` }
    }
    case 'dapp-evicted': {
      const { name, why, isDenied } = event
      return { ...side, dapp: { status: 'evicted', name, why, isDenied }, line: evictedLine(event) }
    }
  }
}

function usageOf(
  { usage: before }: DappFacts,
  event: Extract<RuntimeEvent, { event: 'dapp-usage' }>,
  at: number,
): DappFacts['usage'] {
  const { memoryBytes, calls, callsDenied, cpuMs } = event
  // A process that was started anew counts from zero.
  const isSame = before !== undefined && cpuMs >= before.cpuMs && at > before.at
  const cpuShare = isSame ? (cpuMs - before.cpuMs) / (at - before.at) : undefined
  return { memoryBytes, calls, callsDenied, cpuMs, cpuShare, at }
}

export function admittedLine(event: Extract<RuntimeEvent, { event: 'dapp-admitted' }>): string {
  const { name, version, app, signature, signers, warnings } = event
  if (signature === 'unsigned') {
    return `${name} is UNSIGNED: its storage and grants are thrown away when this ends`
  }
  const by = ` by ${signers.join(', ')}`
  return [`${name} ${version} of ${app}, ${signature}${by}`, ...warnings].join('; warning: ')
}

export function askedLine({ name, ask }: Extract<RuntimeEvent, { event: 'dapp-asks' }>): string {
  const reason = ask.reason === undefined ? '' : ` (“${ask.reason}”)`
  return `${name} asks for ${ask.capability}: ${linesOf(ask)}${reason}`
}

export function evictedLine(event: Extract<RuntimeEvent, { event: 'dapp-evicted' }>): string {
  const after = event.isDenied ? '; it does not start here again' : ''
  return `evicted (${event.reason}): ${event.why.replace(/\.$/, '')}${after}`
}

/** What is asked for, in one line; a plus stands before what is new. */
export function linesOf({ lines }: GrantAsk): string {
  const hasOld = lines.some(({ isNew }) => !isNew)
  return lines.map(({ text, isNew }) => (hasOld && isNew ? `+ ${text}` : text)).join('; ')
}

function nameOf(dapp: DappState): string {
  return dapp.status === 'none' ? 'dapp' : dapp.name
}
