/** Which ports a devnet gets: the known ones, or a whole free block beside them. */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { LOOPBACK } from '../base/loopback-server.ts'
import { takeLock } from '../supervisor/lock.ts'
import { DevnetError } from './errors.ts'
import type { PlannedPort } from './plan.ts'
import { describeHolder } from './port-holder.ts'

const BLOCK_STEP = 100
const LAST_PORT = 65_535
// Below the ports that systems hand out for outgoing connections (Linux from 32768, others from
// 49152): nobody takes one of these between our look and the node's start by accident.
const ANYWHERE_FIRST = 23_000
const ANYWHERE_LAST = 32_000

export type PortWish =
  /** The ports of the real nodes. */
  | { readonly from: 'defaults' }
  /** Consecutive ports. */
  | { readonly from: 'base'; readonly base: number }
  /** Whatever is free, for networks that live beside others. */
  | { readonly from: 'anywhere' }

export interface PortRequest {
  /** Every port of every known kind, so that leaving kinds out does not change the others' ports. */
  readonly all: readonly PlannedPort[]
  /** The instances that will run. */
  readonly instances: readonly string[]
  readonly wish: PortWish
  /** Refuse instead of moving. Without meaning for `anywhere`, which wishes for no port. */
  readonly strict: boolean
  /** The project, for others to know whose ports these are. */
  readonly folder: string
}

export interface MovedPort {
  readonly instance: string
  readonly name: string
  readonly wanted: number
  readonly got: number
  readonly holder: string
}

export interface ChosenPorts {
  /** Throws (a defect) for a port that was not planned. */
  readonly portOf: (instance: string, name: string) => number
  /** The ports that were busy; all others moved along with them. */
  readonly moved: readonly MovedPort[]
  readonly release: () => void
}

interface Slot extends PlannedPort {
  readonly port: number
}

interface Busy {
  readonly slot: Slot
  readonly holder: string
}

/**
 * Finds a block in which every port is free, and keeps other devnets of this user off it until
 * `release`. Throws `devnet/portBusy` (when strict) and `devnet/noPorts`.
 */
export async function choosePorts(request: PortRequest): Promise<ChosenPorts> {
  const { all, instances, wish, strict, folder } = request
  const blocks = blocksOf(all, wish)
  const [first = []] = blocks
  let met: readonly Busy[] = []
  for (const block of blocks) {
    const used = block.filter(({ instance }) => instances.includes(instance))
    const claim = claimBlock(block, folder)
    const busy = claim.ok
      ? await busyOf(used)
      : [{ slot: used[0] ?? block[0], holder: claim.holder }]
    if (claim.ok && busy.length === 0) {
      return { portOf: lookUp(block), moved: movedOf(met, block, wish), release: claim.release }
    }
    if (claim.ok) claim.release()
    const known = busy.flatMap(({ slot, holder }) => (slot === undefined ? [] : [{ slot, holder }]))
    const [one] = known
    if (strict && wish.from !== 'anywhere' && one !== undefined) {
      throw DevnetError.portBusy(one.slot.port, `${one.slot.instance} ${one.slot.name}`, one.holder)
    }
    if (block === first) met = known
  }
  throw DevnetError.noPorts(first[0]?.port ?? 0)
}

/** Whether a node could open this port now. */
export async function isFree(port: number, udp: boolean): Promise<boolean> {
  return await new Promise((resolve) => {
    if (udp) {
      const socket = createSocket('udp4')
      socket.once('error', () => socket.close(() => resolve(false)))
      socket.bind({ port, address: LOOPBACK, exclusive: true }, () =>
        socket.close(() => resolve(true)),
      )
    } else {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen({ port, host: LOOPBACK, exclusive: true }, () =>
        server.close(() => resolve(true)),
      )
    }
  })
}

function blocksOf(all: readonly PlannedPort[], wish: PortWish): readonly (readonly Slot[])[] {
  const shifted = (base: (planned: PlannedPort, place: number) => number, by: number) =>
    all.map((planned, place) => ({ ...planned, port: base(planned, place) + by }))
  const fits = (block: readonly Slot[]) => block.every(({ port }) => port <= LAST_PORT)
  if (wish.from === 'anywhere') {
    const count = (ANYWHERE_LAST - ANYWHERE_FIRST) / BLOCK_STEP
    const start = randomInt(count)
    return Array.from({ length: count }, (_, turn) => {
      const base = ANYWHERE_FIRST + ((start + turn) % count) * BLOCK_STEP
      return shifted((_planned, place) => base + place, 0)
    })
  }
  const base = wish.from === 'base' ? wish.base : undefined
  return Array.from({ length: LAST_PORT / BLOCK_STEP }, (_, turn) =>
    shifted(
      ({ preferred }, place) => (base === undefined ? preferred : base + place),
      turn * BLOCK_STEP,
    ),
  ).filter(fits)
}

async function busyOf(slots: readonly Slot[]): Promise<Busy[]> {
  const free = await Promise.all(slots.map(({ port, udp }) => isFree(port, udp)))
  return slots
    .filter((_, index) => free[index] === false)
    .map((slot) => ({ slot, holder: describeHolder(slot.port, slot.udp) }))
}

type Claim =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly holder: string }

/**
 * Ports that are free now are taken only when the nodes are up. In between, a lock in the system's
 * temporary folder tells other devnets that start at the same time.
 */
function claimBlock(block: readonly Slot[], folder: string): Claim {
  const lowest = Math.min(...block.map(({ port }) => port))
  const locks = path.join(tmpdir(), `ela-ports-${userInfo().uid}`)
  try {
    const lock = takeLock(path.join(locks, `${lowest}.lock`), folder)
    if (lock.locked) return { ok: true, release: lock.release }
    const { pid, purpose } = lock.holder
    return { ok: false, holder: `the devnet in ${purpose ?? 'another folder'} (pid ${pid})` }
  } catch {
    // Without a temporary folder there is only the look at each port.
    return { ok: true, release: () => {} }
  }
}

function lookUp(block: readonly Slot[]): ChosenPorts['portOf'] {
  const ports = new Map(block.map(({ instance, name, port }) => [`${instance} ${name}`, port]))
  return (instance, name) => {
    const port = ports.get(`${instance} ${name}`)
    if (port === undefined) throw new Error(`no port ${name} is planned for ${instance}`)
    return port
  }
}

function movedOf(met: readonly Busy[], block: readonly Slot[], wish: PortWish): MovedPort[] {
  if (wish.from === 'anywhere') return []
  const portOf = lookUp(block)
  return met.map(({ slot: { instance, name, port }, holder }) => {
    return { instance, name, wanted: port, got: portOf(instance, name), holder }
  })
}
