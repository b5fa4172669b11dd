/** The manifest of a release that was published earlier, to compare a new one with. */
import { ElaError } from '../base/errors.ts'
import { AnySource } from '../bundle/content/any-source.ts'
import { contentOf, fileContent } from '../bundle/content/read.ts'
import type { BlockSource } from '../bundle/content/store.ts'
import { limits } from '../bundle/limits.ts'
import { type Manifest, parseManifest } from '../bundle/manifest.ts'
import { MANIFEST } from '../bundle/path-grammar.ts'
import { bundleIdOf } from '../bundle/signature-file.ts'
import { cidText } from '../protocol/ipfs/cid.ts'
import { cidsIn, type FoundRelease } from './target.ts'

/** `undefined` when no source has it, or has something else in its place. Throws what is no answer. */
export async function manifestOf(
  { release, locations }: Pick<FoundRelease, 'release' | 'locations'>,
  sources: readonly BlockSource[],
): Promise<Manifest | undefined> {
  for (const cid of cidsIn(locations)) {
    try {
      const source = new AnySource(sources)
      const parts: Uint8Array[] = []
      const content = await contentOf(source, `${cidText(cid)}/${MANIFEST}`)
      if (content.fileSize > limits.manifestBytes) continue
      for await (const part of fileContent(source, content)) parts.push(part)
      const bytes = Buffer.concat(parts)
      if (bundleIdOf(bytes) === release.bundle) return parseManifest(bytes)
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
    }
  }
  return undefined
}

/** Whether one version only repairs another: major and minor number are the same. */
export function isPatch(version: string, before: string): boolean {
  const start = (text: string) => text.split('.').slice(0, 2).join('.')
  return start(version) === start(before)
}
