/** The body of a request, single or batch → the body of the answer. */
import type { Dispatcher } from './dispatcher.ts'
import { changesSomething } from './methods.ts'
import {
  answerText,
  invalidRequest,
  parseFailure,
  type RpcAnswer,
  type RpcRequest,
  readRequest,
  refusal,
} from './rpc-message.ts'

export const MAX_BODY_BYTES = 5 * 1024 * 1024
const MAX_BATCH = 10_000
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** Reads of one batch that are under way at once. */
const ABREAST = 16

/** Answers what the transport itself answers (subscriptions), or leaves it to the dispatcher. */
export type Special = (request: RpcRequest) => Promise<RpcAnswer> | undefined

/** Returns `undefined` when nothing is to be answered (only notifications). */
export async function answerBody(
  body: Buffer,
  dispatcher: Dispatcher,
  special: Special,
): Promise<string | undefined> {
  let message: unknown
  try {
    message = JSON.parse(body.toString('utf8'))
  } catch {
    return answerText(null, parseFailure)
  }
  if (!Array.isArray(message)) return answerOne(message, { dispatcher, special })
  if (message.length === 0) return answerText(null, refusal('empty batch', -32600))
  if (message.length > MAX_BATCH) return answerText(null, refusal('batch too large', -32600))
  const answers = await answerBatch(message, { dispatcher, special })
  return answers.length === 0 ? undefined : `[${answers.join(',')}]`
}

interface Way {
  readonly dispatcher: Dispatcher
  readonly special: Special
}

async function answerOne(
  message: unknown,
  { dispatcher, special }: Way,
): Promise<string | undefined> {
  const request = readRequest(message)
  if (!('method' in request)) return answerText(request.id, invalidRequest)
  const answer = await (special(request) ?? dispatcher.answer(request))
  return request.hasId ? textOf(request.id, answer) : undefined
}

function textOf(id: unknown, answer: RpcAnswer): string {
  try {
    return answerText(id, answer)
  } catch {
    return answerText(id, refusal('the answer is too large'))
  }
}

/** In order; reads that follow each other are asked side by side. */
async function answerBatch(messages: readonly unknown[], way: Way): Promise<readonly string[]> {
  const answers: (string | undefined)[] = []
  const running = new Set<Promise<void>>()
  let bytes = 0
  for (const [at, message] of messages.entries()) {
    if (bytes > MAX_ANSWER_BYTES) {
      answers[at] = answerText(null, refusal('the answer is too large'))
      break
    }
    const request = readRequest(message)
    const alone = 'method' in request && changesSomething(request.method)
    if (alone) await Promise.all(running)
    const task = answerOne(message, way).then((answer) => {
      answers[at] = answer
      bytes += answer?.length ?? 0
      running.delete(task)
    })
    running.add(task)
    if (alone) await task
    else if (running.size >= ABREAST) await Promise.race(running)
  }
  await Promise.all(running)
  return answers.filter((answer) => answer !== undefined)
}
