import { ElaError, messageOf } from '../../base/errors.ts'
import { net as grammar, type NetWish } from '../../bundle/capabilities/net.ts'
import { asObject, asText, atMost, isGivenObject, member, onlyMembers } from './arguments.ts'
import type { ElaNet } from './env.ts'
import { CallError } from './errors.ts'
import type { Capability, CapabilityInstance } from './kind.ts'
import type { OutgoingRequest } from './net-request.ts'
import { isPublicAddress } from './public-address.ts'

const MOST_BYTES = 1024 ** 2
const LONGEST_URL = 8 * 1024
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/
const MOST_HEADERS = 64
/**
 * About one connection, or about who asks: not for the DApp to say. Without cookies a DApp cannot
 * use what another left; without encodings no small answer becomes a large one.
 */
const OURS = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'content-length', 'expect'],
  ...['cookie', 'cookie2', 'set-cookie', 'set-cookie2', 'accept-encoding', 'via', 'forwarded'],
])

/** `env.ELA.net`: https requests to the origins of the manifest. */
export const net: Capability<NetWish, keyof ElaNet> = {
  grammar,
  methods: { fetch: { mostBytes: MOST_BYTES } },
  open: ({ wish, world }) => ({
    answers: {
      fetch: async (args, { signal, note }) => {
        atMost(args, 2)
        const text = asText(args[0], 'url', LONGEST_URL)
        note({ target: text.split(/[?#]/, 1)[0] ?? '' })
        const url = declaredUrl(text, wish.hosts)
        const request = requestOf(url, args[1] ?? {})
        const addresses = await publicAddresses(url.hostname, world)
        // TLS takes a while to load, and most DApps never need it.
        const { sendRequest } = await import('./net-request.ts')
        const { headers, ...answer } = await sendRequest(request, {
          addresses,
          ca: world.testNet?.ca,
          signal,
        })
        checkRedirect(answer.status, headers['location'], url, wish.hosts)
        return { ...answer, headers: passedHeaders(headers) }
      },
    },
    async close() {},
  }),
}

/**
 * The URL, when it begins with a declared origin letter by letter: other spellings of it (capitals,
 * a dot, a port, user names, homographs, what parsers forgive) are other origins.
 * Throws `capability/notDeclared`.
 */
function declaredUrl(text: string, hosts: readonly string[]): URL {
  const isGood = hosts.some(
    (origin) => text.startsWith(origin) && /^(?:[/?#]|$)/.test(text.slice(origin.length)),
  )
  const url = isGood && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !hosts.includes(url.origin)) {
    throw CallError.notDeclared(`the origin of ${JSON.stringify(text.slice(0, 200))}`)
  }
  return url
}

function requestOf(url: URL, given: unknown): OutgoingRequest {
  const init = asObject(given, 'init')
  onlyMembers(init, 'init', ['method', 'headers', 'body'])
  const method = member(init, 'method') ?? 'GET'
  if (typeof method !== 'string' || !METHODS.includes(method)) {
    throw CallError.badArgument('method', `one of ${METHODS.join(', ')}`)
  }
  const body = member(init, 'body') ?? undefined
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw CallError.badArgument('body', 'text or bytes')
  }
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw CallError.badArgument('body', `absent from ${method}`)
  }
  return { url, method, headers: headersOf(member(init, 'headers') ?? {}), body }
}

function headersOf(given: unknown): Readonly<Record<string, string>> {
  if (!isGivenObject(given) || Object.keys(given).length > MOST_HEADERS) {
    throw CallError.badArgument('headers', `an object of up to ${MOST_HEADERS} texts`)
  }
  const headers: [string, string][] = []
  for (const [name, value] of Object.entries(given)) {
    if (!TOKEN.test(name)) throw CallError.badArgument('headers', 'named by tokens of HTTP')
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      throw CallError.badArgument(`headers.${name}`, 'one line of text')
    }
    const small = name.toLowerCase()
    if (!OURS.has(small) && !small.startsWith('proxy-')) headers.push([small, value])
  }
  return Object.fromEntries(headers)
}

/** All addresses of a name, looked up once; one that is not public refuses all. */
async function publicAddresses(
  host: string,
  { resolveHost, testNet }: CapabilityInstance['world'],
): Promise<readonly string[]> {
  const isPublic = testNet?.isPublic ?? isPublicAddress
  let addresses: readonly string[]
  try {
    addresses = await resolveHost(host)
  } catch (error) {
    throw error instanceof ElaError ? error : CallError.siteFailed(messageOf(error))
  }
  if (addresses.length === 0) throw CallError.siteFailed('its name has no address')
  if (!addresses.every(isPublic)) throw CallError.privateAddress(host)
  return addresses
}

/** A redirect is the DApp's to follow, and only where it might have gone by itself. */
function checkRedirect(
  status: number,
  location: string | undefined,
  from: URL,
  hosts: readonly string[],
): void {
  if (status < 300 || status > 399 || location === undefined) return
  const target = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined
  if (target === undefined) throw CallError.redirected('its address cannot be read')
  if (!hosts.includes(target.origin) || target.username !== '' || target.password !== '') {
    throw CallError.redirected(`${target.origin} is not declared`)
  }
}

function passedHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OURS.has(name) || name === 'content-length'),
  )
}
