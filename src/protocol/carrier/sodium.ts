/** libsodium, loaded once and only when the first key is needed: it is WebAssembly and costs ~30 ms. */
import type Sodium from 'libsodium-wrappers'

let loading: Promise<typeof Sodium> | undefined

export function loadSodium(): Promise<typeof Sodium> {
  loading ??= load()
  return loading
}

async function load(): Promise<typeof Sodium> {
  const { default: sodium } = await import('libsodium-wrappers')
  await sodium.ready
  return sodium
}
