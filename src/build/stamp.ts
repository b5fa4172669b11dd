/** Whether an output is of the inputs as they are now. Its stamp lies beside it. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'

export interface Stamp {
  readonly isFresh: boolean
  /** Says that the output was made. */
  write(): void
}

/**
 * @param output full path
 * @param inputs full paths
 * @param made what else the output depends on: the tool and its flags
 */
export function stampOf(output: string, inputs: readonly string[], made: string): Stamp {
  const file = path.join(path.dirname(output), `.${path.basename(output)}.inputs`)
  const hash = createHash('sha256').update(`${made}\n`)
  for (const input of inputs) {
    const bytes = readFileSync(input)
    hash.update(`${input} ${bytes.length}\n`).update(bytes)
  }
  const key = hash.digest('hex')
  return {
    isFresh: existsSync(output) && existsSync(file) && readFileSync(file, 'utf8') === key,
    write: () => writeFileAtomic(file, key),
  }
}

/** Full paths of the files below a folder, sorted; none when there is no such folder. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name))
    .sort()
}
