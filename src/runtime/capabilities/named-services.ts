import { ElaError } from '../../base/errors.ts'
import { services as grammar, type ServicesWish } from '../../bundle/capabilities/named-services.ts'
import { brokerFor } from '../placement/brokers.ts'
import { asObject, asText, atMost, member, onlyMembers } from './arguments.ts'
import type { ElaServices } from './env.ts'
import { CallError } from './errors.ts'
import type { Capability } from './kind.ts'

const METHOD = /^[A-Za-z_][A-Za-z0-9_.]{0,63}$/

/**
 * `env.ELA.services`: a service by its name. The runtime finds who provides it (here, nearby, far),
 * starts the local one at first use, and goes on to the next when one does not answer.
 */
export const services: Capability<ServicesWish, keyof ElaServices> = {
  grammar,
  methods: { call: { mostBytes: 1024 ** 2 } },
  open: ({ wish, world }) => ({
    answers: {
      call: async (args, { signal, note }) => {
        atMost(args, 4)
        const name = asText(args[0], 'service', 64)
        if (!wish.names.includes(name)) throw CallError.notDeclared(`the service \`${name}\``)
        const method = asText(args[1], 'method', 64)
        if (!METHOD.test(method)) throw CallError.badArgument('method', 'letters, digits, _ and .')
        const params = args[2] ?? []
        if (!Array.isArray(params)) throw CallError.badArgument('params', 'a list')
        const isRepeatable = repeatable(args[3])
        note({ target: `${name} ${method}` })
        const providers = Object.hasOwn(world.services ?? {}, name) ? world.services?.[name] : []
        if (providers === undefined || providers.length === 0) {
          throw CallError.notHere(`The service \`${name}\``)
        }
        const { onPlacement } = world
        const broker = brokerFor(providers, () => ({ service: name, providers, onPlacement }))
        const call = broker.call(method, params, { signal, isRepeatable })
        const { value, provider } = await call.catch((error: unknown) => {
          throw refusalOf(error)
        })
        note({ provider: provider.name, placement: provider.placement })
        return { value, provider: provider.name, placement: provider.placement }
      },
    },
    async close() {},
  }),
}

function repeatable(given: unknown): boolean {
  if (given === undefined || given === null) return false
  const options = asObject(given, 'options')
  onlyMembers(options, 'options', ['repeatable'])
  return member(options, 'repeatable') === true
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof ElaError) || error.code !== 'rpc/refused') return error
  const { code, message } = error.cause as { code: number; message: string }
  return CallError.serviceSaidNo(message.slice(0, 500), code)
}
