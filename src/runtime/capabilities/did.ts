import { type DidWish, did as grammar } from '../../bundle/capabilities/did.ts'
import { asObject, asText, atMost, member, onlyMembers } from './arguments.ts'
import type { ElaDid } from './env.ts'
import { CallError } from './errors.ts'
import type { Capability } from './kind.ts'
import { askWallet } from './wallet-request.ts'

/** `env.ELA.did`: the user signs in, and the wallet answers with a presentation in a token. */
export const did: Capability<DidWish, keyof ElaDid> = {
  grammar,
  methods: { signIn: { mostBytes: 64 * 1024 } },
  open: (instance) => ({
    answers: {
      signIn: async (args, call) => {
        atMost(args, 1)
        const request = asObject(args[0], 'request')
        onlyMembers(request, 'request', ['nonce', 'realm', 'credentials'])
        const names = namesOf(member(request, 'credentials') ?? [])
        const undeclared = names.find((name) => !instance.wish.credentials.includes(name))
        if (undeclared !== undefined)
          throw CallError.notDeclared(`the credential \`${undeclared}\``)
        const nonce = asText(member(request, 'nonce'), 'nonce', 256)
        if (nonce === '') throw CallError.badArgument('nonce', 'a text that was never used before')
        const realm = asText(member(request, 'realm'), 'realm', 256)
        call.note({ target: names.join(' ') })
        const claims = Object.fromEntries(names.map((name) => [name, true]))
        return askWallet('credaccess', { nonce, realm, claims }, instance, call)
      },
    },
    async close() {},
  }),
}

function namesOf(given: unknown): readonly string[] {
  const isNames = Array.isArray(given) && given.length <= 32
  if (isNames && given.every((name) => typeof name === 'string' && name.length <= 64)) return given
  throw CallError.badArgument('credentials', 'a list of up to 32 names')
}
