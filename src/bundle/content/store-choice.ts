import { ContentError } from './errors.ts'
import { KuboStore } from './kubo-store.ts'
import { LocalStore } from './local-store.ts'
import type { ContentStore } from './store.ts'

/**
 * The store that `--store` names: `local`, or `kubo:` and the address of an RPC.
 *
 * @param folder of the local store
 * Throws `content/unknownStore`.
 */
export function storeNamed(text: string, folder: string): ContentStore {
  if (text === 'local') return new LocalStore(folder)
  const url = text.startsWith('kubo:') ? text.slice('kubo:'.length) : ''
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw ContentError.unknownStore(text)
  }
  return new KuboStore(url)
}
