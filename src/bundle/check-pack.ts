/** Reads a bundle that was just written with the reader everybody has, and compares. */
import { createHash } from 'node:crypto'
import { createReadStream, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { Parser, type ReadEntry } from 'tar'
import { messageOf } from '../base/errors.ts'
import { openArchive } from './byte-source.ts'
import { BundleError } from './errors.ts'
import { readFiles, readHead } from './read-bundle.ts'
import { encodeSignatures } from './signature-file.ts'

interface Seen {
  readonly path: string
  readonly mode: string
  readonly size: number
  readonly sha256: string
}

/** Throws `bundle/otherReader`, and then the file is gone. */
export async function checkPacked(file: string): Promise<void> {
  try {
    const [wanted, seen] = [await wantedIn(file), await seenIn(file)]
    const at = wanted.findIndex((one, index) => textOf(one) !== textOf(seen[index]))
    if (at >= 0) throw BundleError.otherReader(`\`${wanted[at]?.path}\``)
    if (seen.length !== wanted.length) throw BundleError.otherReader(`${seen.length} entries`)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
}

/** What our own reader finds. */
async function wantedIn(file: string): Promise<readonly Seen[]> {
  const source = await openArchive(file)
  try {
    const bundle = await readHead(source)
    await readFiles(source, bundle)
    const own = (path: string, bytes: Buffer): Seen => ({
      path,
      mode: '644',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    return [
      own('ela.json', bundle.manifestBytes),
      own('ela.sig.json', encodeSignatures(bundle.bundleId, bundle.signatures)),
      own('ela.files', bundle.listBytes),
      ...bundle.files,
    ]
  } finally {
    await source.close()
  }
}

async function seenIn(file: string): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  const onReadEntry = (entry: ReadEntry): void => {
    const sum = createHash('sha256')
    entry.on('data', (part: Buffer) => sum.update(part))
    entry.on('end', () => {
      const mode = (entry.mode ?? 0).toString(8)
      seen.push({ path: entry.path, mode, size: entry.size, sha256: sum.digest('hex') })
    })
  }
  const parser = new Parser({ strict: true, gzip: true, onReadEntry })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', reject)
  })
  const stream = createReadStream(file)
  stream.on('data', (part) => parser.write(part as Buffer))
  stream.on('end', () => parser.end())
  try {
    await Promise.all([finished(stream), ended])
  } catch (error) {
    throw BundleError.otherReader(messageOf(error))
  }
  return seen
}

function textOf(one: Seen | undefined): string {
  return one === undefined ? '' : `${one.mode} ${one.size} ${one.sha256} ${one.path}`
}
