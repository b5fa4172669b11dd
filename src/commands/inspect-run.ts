import type { Paint } from '../base/printer.ts'
import { openArchive } from '../bundle/byte-source.ts'
import { readFiles, readHead } from '../bundle/read-bundle.ts'
import { sizeText } from './pack-run.ts'

/** Throws a `Refusal` when it is no bundle. */
export async function inspectFile(file: string) {
  const source = await openArchive(file)
  try {
    const bundle = await readHead(source)
    await readFiles(source, bundle)
    const { bundleId, manifest, signatures, files } = bundle
    return {
      bundleId,
      file,
      manifest: manifest.value,
      signatures: signatures.map(({ kid, alg }) => ({ kid, alg })),
      files,
    }
  } finally {
    await source.close()
  }
}

type Inspected = Awaited<ReturnType<typeof inspectFile>>

export function inspectText(data: Inspected, paint: Paint): string {
  const { manifest, signatures, files, bundleId } = data
  const text = (name: string) => String(manifest[name])
  const asks = Object.entries(manifest['capabilities'] ?? {})
  const width = Math.max(...files.map(({ size }) => String(size).length))
  return [
    `${paint('bold', text('name'))} ${text('version')}, release ${text('seq')}, ${text('kind')}`,
    bundleId,
    `app        ${text('app')}`,
    `publisher  ${text('publisher')}`,
    `starts     ${JSON.stringify(manifest['entry'])}`,
    ...(asks.length === 0
      ? ['asks for   nothing']
      : asks.map(([name, what]) => `asks for   ${name} ${JSON.stringify(what)}`)),
    ...(signatures.length === 0
      ? [paint('yellow', 'not signed')]
      : signatures.map(({ kid }) => `signed by  ${kid} (unchecked: see \`ela verify\`)`)),
    `${files.length} files, ${sizeText(files.reduce((sum, { size }) => sum + size, 0))}:`,
    ...files.map(
      ({ mode, size, sha256, path }) =>
        `  ${mode} ${String(size).padStart(width)} ${paint('dim', sha256.slice(0, 12))} ${path}`,
    ),
  ].join('\n')
}
