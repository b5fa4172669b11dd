/** Which sockets a process and its children listen on (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface ListeningSocket {
  readonly pid: number
  readonly protocol: 'tcp' | 'udp'
  /** Dotted IPv4 address, or the 32 hex digits of an IPv6 one. */
  readonly address: string
  readonly port: number
}

const LISTEN = '0A'
const UNCONNECTED = '07'

export function listeningSockets(root: number): readonly ListeningSocket[] {
  const owners = new Map<string, number>()
  for (const pid of withChildren(root)) {
    for (const inode of socketsOf(pid)) owners.set(inode, pid)
  }
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
    rowsOf(table).flatMap(({ local, state, inode }) => {
      const pid = owners.get(inode)
      if (pid === undefined || (state !== LISTEN && state !== UNCONNECTED)) return []
      const [address = '', port = ''] = local.split(':')
      const protocol = table.startsWith('tcp') ? 'tcp' : 'udp'
      return [{ pid, protocol, address: readable(address), port: Number.parseInt(port, 16) }]
    }),
  )
}

function rowsOf(table: string) {
  return readFileSync(`/proc/net/${table}`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map((words) => ({ local: words[1] ?? '', state: words[3] ?? '', inode: words[9] ?? '' }))
}

/** IPv4 addresses stand there as one little-endian number. */
function readable(hex: string): string {
  return hex.length === 8 ? Buffer.from(hex, 'hex').reverse().join('.') : hex
}

function withChildren(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const)
  const below = (parent: number): readonly number[] => [
    parent,
    ...parents.filter(([, one]) => one === parent).flatMap(([pid]) => below(pid)),
  ]
  return below(root)
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
    })
  } catch {
    return []
  }
}
