import { isIP } from 'node:net'
import { type CapabilityGrammar, textsAt, type Wish } from './grammar.ts'

export interface NetWish extends Wish {
  /** Exact origins: `https://a.example`, `https://b.example:8443`. */
  readonly hosts: readonly string[]
}

export const net: CapabilityGrammar<NetWish> = {
  name: 'net',
  summary: 'reach sites on the internet',
  members: ['hosts'],
  example: { hosts: ['https://api.example'], reason: 'looks up lyrics' },
  parse: (asked) => ({
    hosts: textsAt(asked, 'hosts', {
      most: 32,
      isGood: isExactOrigin,
      what: 'an origin as browsers write it, such as `https://api.example`',
    }),
  }),
  describe: ({ hosts }) => hosts.map((origin) => `reach ${origin}`),
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)

/**
 * Whether the text is the one way to write an https origin: small letters, punycode, no port 443, no
 * trailing dot. Addresses are no names that a certificate could be checked against.
 */
export function isExactOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  if (protocol !== 'https:' || origin !== text || !HOSTNAME.test(hostname)) return false
  return hostname.length <= 253 && isIP(hostname.replace(/^\[|\]$/g, '')) === 0
}
