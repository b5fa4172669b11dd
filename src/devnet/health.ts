/** Asks each node once a second how it is, while somebody wants to know. */
import { messageOf } from '../base/errors.ts'
import { memoryOf } from '../supervisor/process-table.ts'
import type { OnEvent } from './event-hub.ts'
import type { RunningNode } from './running-node.ts'

const EVERY_MS = 1_000
const ANSWER_WITHIN_MS = 2_000
/** So many silent rounds in a row are worth a word; fewer are a busy machine. */
const SILENT_ROUNDS = 5

/** Returns how to stop asking. */
export function watchHealth(
  nodes: () => readonly RunningNode[],
  emit: OnEvent,
  everyMs = EVERY_MS,
): () => void {
  const stopped = new AbortController()
  const silent = new Map<string, number>()
  let busy = false
  const round = async (): Promise<void> => {
    // A round that takes longer than the interval delays the next one instead of meeting it.
    if (busy) return
    busy = true
    const running = nodes().flatMap((node) =>
      node.pid === undefined ? [] : [{ node, pid: node.pid }],
    )
    const memory = memoryOf(running.map(({ pid }) => pid))
    const ask = async ({ node, pid }: (typeof running)[number]): Promise<void> => {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
      const began = performance.now()
      try {
        const health = await node.kind.health(node.entry, signal)
        const latencyMs = Math.round((performance.now() - began) * 10) / 10
        silent.delete(node.name)
        if (stopped.signal.aborted) return
        const memoryBytes = memory.get(pid)
        emit({ event: 'node-health', node: node.name, health, latencyMs, memoryBytes })
      } catch (error) {
        if (stopped.signal.aborted || node.pid !== pid) return
        const rounds = (silent.get(node.name) ?? 0) + 1
        silent.set(node.name, rounds)
        if (rounds !== SILENT_ROUNDS) return
        emit({
          event: 'notice',
          message: `${node.name} runs but does not answer: ${messageOf(error)}.`,
          hint: `Restart it with \`ela node restart ${node.name}\`.`,
        })
      }
    }
    await Promise.all(running.map(ask))
    busy = false
  }
  void round()
  const timer = setInterval(() => void round(), everyMs)
  return () => {
    clearInterval(timer)
    stopped.abort()
  }
}
