import { ContentError } from './errors.ts'
import { GatewaySource } from './gateway-source.ts'
import { KuboStore } from './kubo-store.ts'
import { LocalStore } from './local-store.ts'
import type { BlockSource, ContentStore } from './store.ts'

const GATEWAY = 'gateway:'

/**
 * The store that `--store` names: `local`, or `kubo:` and the address of an RPC.
 *
 * @param folder of the local store
 * Throws `content/unknownStore`, `content/readOnly`.
 */
export function storeNamed(text: string, folder: string): ContentStore {
  if (text === 'local') return new LocalStore(folder)
  if (text.startsWith(GATEWAY)) throw ContentError.readOnly(text)
  return new KuboStore(urlAfter('kubo:', text))
}

/** Where content is read from: a store, or `gateway:` and an address. Throws `content/unknownStore`. */
export function sourceNamed(text: string, folder: string): BlockSource {
  return text.startsWith(GATEWAY)
    ? new GatewaySource(urlAfter(GATEWAY, text))
    : storeNamed(text, folder)
}

function urlAfter(prefix: string, text: string): string {
  const url = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw ContentError.unknownStore(text)
  }
  return url
}
