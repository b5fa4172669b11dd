import { systemCodeOf } from '../base/errors.ts'

/** Whether there is a process with this id, ours or another user's. */
export function lives(pid: number): boolean {
  // 0 and less would mean groups.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCodeOf(error) === 'EPERM'
  }
}
