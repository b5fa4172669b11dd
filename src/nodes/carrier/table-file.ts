/**
 * The routing table between two runs, in the file and format of real nodes. It only saves time at
 * the next start: a damaged one is put aside, with a word in the log, and the node joins anew.
 */
import { readFileSync, renameSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { ElaError, messageOf, systemCodeOf } from '../../base/errors.ts'
import type { NodeInfo } from '../../protocol/carrier/node-info.ts'
import {
  decodeTableCache,
  encodeTableCache,
  type TableCache,
} from '../../protocol/carrier/table-cache.ts'
import { CarrierNodeError } from './errors.ts'

const FILE = 'dht4.cache'
const OWNER_ONLY = 0o600

/** The nodes of the last run, the most useful first. Throws `carrier/unreadable`. */
export function loadTable(folder: string, warn: (line: string) => void): readonly NodeInfo[] {
  const file = path.join(folder, FILE)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw CarrierNodeError.unreadable(file, error)
  }
  try {
    const { entries, cache } = decodeTableCache(bytes)
    return [...entries, ...cache].map(({ id, host, port }) => ({ id, host, port }))
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    const aside = `${file}.damaged`
    renameSync(file, aside)
    warn(`${messageOf(error)} It is now ${aside}; the node joins anew, nothing else is lost.`)
    return []
  }
}

/** Throws `carrier/notWritable`. */
export function saveTable(folder: string, table: TableCache): void {
  const file = path.join(folder, FILE)
  try {
    writeFileAtomic(file, encodeTableCache(table), OWNER_ONLY)
  } catch (error) {
    throw CarrierNodeError.notWritable(file, error)
  }
}
