/** One process per data folder. */
import path from 'node:path'
import { type LockOutcome, takeLock } from '../../supervisor/lock.ts'
import { MainchainError } from './errors.ts'

/**
 * Makes `folder` if it is missing, claims it for this process, and returns what gives it back. The
 * claim of a process that is gone counts for nothing. Throws `mainchain/folderInUse` or
 * `mainchain/notWritable`.
 */
export function lockFolder(folder: string): () => void {
  let lock: LockOutcome
  try {
    lock = takeLock(path.join(folder, 'node.lock'))
  } catch (error) {
    throw MainchainError.notWritable(folder, error)
  }
  if (!lock.locked) throw MainchainError.folderInUse(folder, lock.holder.pid)
  return lock.release
}
