/** Files of this machine, or of memory, as things to store. */
import { createReadStream, readdirSync } from 'node:fs'
import path from 'node:path'
import { directoryDag } from '../../protocol/ipfs/directory-dag.ts'
import type { DagRoot, TakeBlock } from '../../protocol/ipfs/file-dag.ts'
import { FileDag, MODERN } from '../../protocol/ipfs/file-dag.ts'
import type { StoredFile } from './store.ts'

const PART_BYTES = 256 * 1024

/** Every plain file below a folder, by the bytes of its path; links are left out. */
export function filesBelow(folder: string): readonly StoredFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return {
        path: path.relative(folder, file).split(path.sep).join('/'),
        open: () => createReadStream(file, { highWaterMark: PART_BYTES }),
      }
    })
    .sort(byPath)
}

export function fileOf(filePath: string, content: Uint8Array): StoredFile {
  return {
    path: filePath,
    async *open() {
      yield content
    },
  }
}

/** Directories must come in one piece when they are sent: `a/b` after `a-b`, before `a0`. */
export function byPath(a: StoredFile, b: StoredFile): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))
}

/** The blocks of a folder of files in the modern profile. Throws `protocol/…` for bad paths. */
export async function folderDag(files: readonly StoredFile[], take: TakeBlock): Promise<DagRoot> {
  const entries: { path: string; file: DagRoot }[] = []
  for (const { path: at, open } of files) {
    const dag = new FileDag(MODERN, take)
    for await (const part of open()) dag.push(part)
    entries.push({ path: at, file: dag.end() })
  }
  return directoryDag(entries, { version: MODERN.version, take })
}
