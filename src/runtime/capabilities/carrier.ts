import { type CarrierWish, carrier as grammar } from '../../bundle/capabilities/carrier.ts'
import { asText, asWhole, atMost } from './arguments.ts'
import type { ElaCarrier } from './env.ts'
import { CallError } from './errors.ts'
import type { Capability } from './kind.ts'

/** The longest message of Carrier's messaging service. */
const MOST_MESSAGE_BYTES = 64 * 1024

/**
 * `env.ELA.carrier`: messages from the instance's own address, of the services its manifest names.
 * Who they are from is not the DApp's to say: there is no such argument. Calls are checked whole and
 * then answered with what is missing: Carrier's peers do not carry messages yet.
 */
export const carrier: Capability<CarrierWish, keyof ElaCarrier> = {
  grammar,
  methods: {
    send: { mostBytes: 2 * MOST_MESSAGE_BYTES },
    receive: { mostBytes: 1024 },
  },
  open({ wish }) {
    const serviceOf = (given: unknown): string => {
      const name = asText(given, 'service', 64)
      if (!wish.services.includes(name)) throw CallError.notDeclared(`the service \`${name}\``)
      return name
    }
    return {
      answers: {
        send: async (args, { note }) => {
          atMost(args, 3)
          note({ target: serviceOf(args[0]) })
          asText(args[1], 'to', 128)
          const message = args[2]
          const isMessage = typeof message === 'string' || message instanceof Uint8Array
          if (!isMessage || message.length > MOST_MESSAGE_BYTES) {
            const wanted = `text or bytes, at most ${MOST_MESSAGE_BYTES}`
            throw CallError.badArgument('message', wanted)
          }
          throw notYet()
        },
        receive: async (args, { note }) => {
          atMost(args, 2)
          note({ target: serviceOf(args[0]) })
          asWhole(args[1] ?? 0, 'waitMs', 60_000)
          throw notYet()
        },
      },
      async close() {},
    }
  },
}

function notYet() {
  return CallError.notYet('`carrier`', 'Carrier messaging is not in this version of `ela`')
}
