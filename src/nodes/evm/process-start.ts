/** Telling one process from a later one that got the same pid. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** When the process `pid` began, as a text that no later process of that pid has. */
export function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name of the program may have spaces; the fields after it do not. Start time is field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? undefined : fields[19]
    } catch {
      return undefined
    }
  }
  if (process.platform === 'win32') return undefined
  const { stdout, status } = spawnSync('ps', ['-o', 'lstart=', '-p', `${pid}`], {
    encoding: 'utf8',
  })
  const said = stdout.trim()
  return status === 0 && said !== '' ? said : undefined
}
