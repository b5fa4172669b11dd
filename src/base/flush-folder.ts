import { closeSync, constants, fsyncSync, openSync } from 'node:fs'

/** Flushes to disk which files a folder has: a new name is lost with the power until then. */
export function flushFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
