/** The bundle of the format's test vector, and other bundles made for tests. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ManifestWish } from '../../src/bundle/manifest.ts'
import { type Packed, type PackWish, packFolder } from '../../src/bundle/pack.ts'
import { messageFor } from '../../src/bundle/signature-file.ts'
import { keySigner } from '../../src/bundle/signer.ts'
import { didOf } from '../../src/protocol/did/did.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import type { TemporaryFolder } from './folder.ts'

export const privateKey = createHash('sha256').update('elastos bundle vector key').digest()
export const app = didOf(publicKeyOf(privateKey))
export const kid = `${app}#primary`

export const vectorFiles: Readonly<Record<string, string>> = {
  'data/empty': '',
  'index.html': '<!doctype html>\n<title>hi</title>\n',
  'src/app.js': 'export default 1\n',
}

export const vectorManifest: ManifestWish = {
  app,
  publisher: app,
  name: 'hello',
  version: '1.0.0',
  seq: 1,
  kind: 'web',
  entry: 'index.html',
  more: { capabilities: {} },
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

export async function signVector(manifest: Buffer) {
  return [await keySigner(kid, privateKey).sign(messageFor(manifest))]
}

/** Packs these files, signed with the key of the vector. */
export async function packFiles(
  folder: TemporaryFolder,
  files: Readonly<Record<string, string | Buffer>> = vectorFiles,
  wish: Partial<PackWish> = {},
): Promise<Packed> {
  const from = folder.join('project')
  writeFiles(from, files)
  return packFolder({
    folder: from,
    manifest: vectorManifest,
    file: folder.join('hello-1.0.0.dapp.tgz'),
    sign: signVector,
    ...wish,
  })
}
