/** A temporary folder that is gone when the test ends: `using folder = temporaryFolder()`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TemporaryFolder extends Disposable {
  readonly path: string
  join(...parts: string[]): string
}

export function temporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'ela-test-'))
  return {
    path: folder,
    join: (...parts) => path.join(folder, ...parts),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}
