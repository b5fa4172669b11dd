import { lookup } from 'node:dns/promises'

/** All addresses of a name, as this machine sees them. For `RuntimeWorld.resolveHost`. */
export async function resolveHost(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}
