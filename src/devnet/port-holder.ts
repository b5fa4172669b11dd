/** Who holds a port, in words. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { describeProcess } from '../supervisor/process-table.ts'
import { STATE_FOLDER } from './session.ts'

const TCP_LISTEN = '0A'

/** `node (pid 17) of the devnet in /home/a/shop`, `python3 (pid 18) in /srv`, or that it is hidden. */
export function describeHolder(port: number, udp: boolean): string {
  const pid = process.platform === 'linux' ? linuxHolder(port, udp) : lsofHolder(port, udp)
  if (pid === undefined) return 'a process that cannot be seen (of another user, or just ended)'
  const { name, folder } = describeProcess(pid)
  if (folder === undefined) return `${name} (pid ${pid})`
  // Our nodes work in `<project>/.ela/state/<instance>`, their children too.
  const [project, rest] = folder.split(`${path.sep}${STATE_FOLDER}${path.sep}`)
  return rest === undefined
    ? `${name} (pid ${pid}) in ${folder}`
    : `${name} (pid ${pid}) of the devnet in ${project}`
}

/** @see man 5 proc_net: `local_address` is address:port in hexadecimal, `inode` the tenth column. */
function linuxHolder(port: number, udp: boolean): number | undefined {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const tables = udp ? ['udp', 'udp6'] : ['tcp', 'tcp6']
  const inodes = tables
    .flatMap((table) => rowsOf(`/proc/net/${table}`))
    .filter((row) => row[1]?.endsWith(`:${wanted}`) && (udp || row[3] === TCP_LISTEN))
    .map((row) => `socket:[${row[9]}]`)
  if (inodes.length === 0) return undefined
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => openFiles(pid).some((file) => inodes.includes(file)))
}

function rowsOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
    return lines.map((line) => line.trim().split(/\s+/))
  } catch {
    return []
  }
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

function lsofHolder(port: number, udp: boolean): number | undefined {
  const what = udp ? [`-iUDP:${port}`] : [`-iTCP:${port}`, '-sTCP:LISTEN']
  const { stdout } = spawnSync('lsof', ['-nP', '-Fp', ...what], { encoding: 'utf8' })
  const pid = /^p(\d+)$/m.exec(stdout ?? '')?.[1]
  return pid === undefined ? undefined : Number(pid)
}
