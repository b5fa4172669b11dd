/** `ela node restart <node>`. */
import { sendIntent } from '../devnet/admin-client.ts'
import { DevnetError } from '../devnet/errors.ts'
import { entriesOf, findSession } from '../devnet/session.ts'
import { nodeKinds } from '../nodes/index.ts'
import type { Context } from './context.ts'

/** Throws `devnet/unknownNode`, `devnet/notUp`. */
export async function restartNode(context: Context, node: string): Promise<void> {
  const session = findSession(context)
  const running = nodeKinds.filter(({ name }) => Object.hasOwn(session.nodes, name))
  const names = running.flatMap(({ instances }) => instances)
  const kind = running.find(({ name, instances }) => name === node || instances.includes(node))
  if (kind === undefined) throw DevnetError.unknownNode(node, names)
  const instance = kind.instances.includes(node) ? node : (kind.instances[0] ?? node)
  const began = performance.now()
  await sendIntent(session, { intent: 'restart-node', node: instance }, context.signal)
  const tookMs = Math.round(performance.now() - began)
  const pid = entriesOf(findSession(context), kind.name)[kind.instances.indexOf(instance)]?.pid
  context.printer.answer('node restart', { node: instance, pid, tookMs }, () => {
    return `${instance} is running again after ${tookMs} ms, pid ${pid}`
  })
}
