/** What of a bundle can be on the deny list: its app, and itself. Nothing of it is believed. */
import { readHead } from '../../bundle/read-bundle.ts'
import type { OpenBundled } from './gate.ts'

/** Throws a `Refusal`. */
export async function deniableOf(open: OpenBundled): Promise<readonly string[]> {
  const source = await open()
  try {
    const { manifest, bundleId } = await readHead(source)
    return [manifest.app, bundleId]
  } finally {
    await source.close()
  }
}
