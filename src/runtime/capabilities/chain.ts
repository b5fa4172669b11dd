import { ElaError } from '../../base/errors.ts'
import {
  CHAIN_NAMES,
  type ChainName,
  type ChainRight,
  type ChainWish,
  chain as grammar,
} from '../../bundle/capabilities/chain.ts'
import type { Broker } from '../placement/broker.ts'
import { brokerFor } from '../placement/brokers.ts'
import { rpcProvider } from '../placement/rpc-provider.ts'
import { asObject, asText, atMost, isGivenObject, member, onlyMembers } from './arguments.ts'
import { PROBES, READ_METHODS } from './chain-methods.ts'
import type { ElaChain } from './env.ts'
import { CallError } from './errors.ts'
import type { Capability, CapabilityInstance, ServiceCall } from './kind.ts'
import { askToSend } from './wallet-request.ts'

const MOST_BYTES = 1024 ** 2
const MOST_IN_BATCH = 50

/** `env.ELA.chain`: reading by an allow-list, sending through the wallet only. */
export const chain: Capability<ChainWish, keyof ElaChain> = {
  grammar,
  methods: {
    read: { mostBytes: MOST_BYTES },
    batch: { mostBytes: MOST_BYTES },
    send: { mostBytes: MOST_BYTES },
  },
  open(instance) {
    const rights = rightsOf(instance.wish)
    return {
      answers: {
        read: async (args, call) => {
          atMost(args, 3)
          const name = chainOf(args[0], 'read', rights)
          const request = readRequest(name, args[1], args[2] ?? [])
          return ask(name, [request], call, instance).then(([answer]) => answer)
        },
        batch: async (args, call) => {
          atMost(args, 2)
          const name = chainOf(args[0], 'read', rights)
          return ask(name, batchOf(name, args[1]), call, instance)
        },
        send: async (args, call) => {
          atMost(args, 2)
          const name = chainOf(args[0], 'send', rights)
          call.note({ target: name })
          return askToSend(name, asObject(args[1], 'transaction'), instance, call)
        },
      },
      async close() {},
    }
  },
}

type Rights = (name: ChainName, right: ChainRight) => boolean

function rightsOf({ chains }: ChainWish): Rights {
  return (name, right) => chains[name]?.includes(right) === true
}

/** Throws `capability/notDeclared`. */
function chainOf(given: unknown, right: ChainRight, isGranted: Rights): ChainName {
  const text = asText(given, 'chain', 16)
  const name = CHAIN_NAMES.find((one) => one === text)
  if (name === undefined) throw CallError.badArgument('chain', `one of ${CHAIN_NAMES.join(', ')}`)
  if (!isGranted(name, right)) throw CallError.notDeclared(`\`${right}\` on \`${name}\``)
  return name
}

interface ReadRequest {
  readonly method: string
  readonly params: readonly unknown[] | Readonly<Record<string, unknown>>
}

/** Throws `capability/notDeclared` for a method that is not exactly one of the list. */
function readRequest(name: ChainName, method: unknown, params: unknown): ReadRequest {
  if (typeof method !== 'string') throw CallError.badArgument('method', 'a text')
  if (!READ_METHODS[name].has(method)) {
    throw CallError.notReadable(name, method.slice(0, 64))
  }
  if (!Array.isArray(params) && !isGivenObject(params)) {
    throw CallError.badArgument('params', 'a list or an object')
  }
  return { method, params }
}

/** All are looked at before one is asked. */
function batchOf(name: ChainName, given: unknown): readonly ReadRequest[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_IN_BATCH) {
    throw CallError.badArgument('calls', `a list of 1 to ${MOST_IN_BATCH} calls`)
  }
  return given.map((one: unknown) => {
    const call = asObject(one, 'calls')
    onlyMembers(call, 'calls', ['method', 'params'])
    return readRequest(name, member(call, 'method'), member(call, 'params') ?? [])
  })
}

async function ask(
  name: ChainName,
  requests: readonly ReadRequest[],
  { signal, note }: ServiceCall,
  { world }: CapabilityInstance,
): Promise<readonly unknown[]> {
  note({ target: `${name} ${requests.map(({ method }) => method).join(' ')}` })
  const broker = brokerOf(name, world)
  const answers: unknown[] = []
  for (const { method, params } of requests) {
    const { value, provider } = await broker
      .call(method, params as readonly unknown[], { signal, isRepeatable: true })
      .catch((error: unknown) => {
        throw refusalOf(error)
      })
    note({ provider: provider.name, placement: provider.placement })
    answers.push(value)
  }
  return answers
}

function brokerOf(name: ChainName, world: CapabilityInstance['world']): Broker {
  const urls = world.chains[name]
  if (urls === undefined || urls.length === 0) throw CallError.notHere(`The chain \`${name}\``)
  return brokerFor(urls, () => ({
    service: `chain ${name}`,
    providers: urls.map((url, at) =>
      rpcProvider({ name: `${name}-${at + 1}`, url, probe: PROBES[name] }),
    ),
    onPlacement: world.onPlacement,
  }))
}

/** What the node said no to, in its words. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof ElaError) || error.code !== 'rpc/refused') return error
  const { code, message } = error.cause as { code: number; message: string }
  return CallError.nodeSaidNo(message.slice(0, 500), code)
}
