import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ElaError, systemCodeOf } from '../../base/errors.ts'
import { storage as grammar, type StorageWish } from '../../bundle/capabilities/storage.ts'
import { lives } from '../lives.ts'
import { atMost } from './arguments.ts'
import type { ElaStorage } from './env.ts'
import { CallError } from './errors.ts'
import type { Answer, Capability, CapabilityInstance } from './kind.ts'
import { StoredValues } from './stored-values.ts'

const MOST_BYTES = 16 * 1024 ** 2
const KEY_BYTES = 1024
/** Each is a file. */
const MOST_KEYS = 65_536
const MOST_LISTED = 1_000
const KEY = /^[A-Za-z0-9._~/-]{1,256}$/

/**
 * `env.ELA.storage`: what an app keeps on this machine, by its DID, so that the next release finds
 * it. A DApp that nobody signed has a folder of its own, which is gone when it ends: it could claim
 * any DID.
 */
export const storage: Capability<StorageWish, keyof ElaStorage> = {
  grammar,
  methods: {
    get: { mostBytes: KEY_BYTES },
    getText: { mostBytes: KEY_BYTES },
    put: { mostBytes: MOST_BYTES },
    delete: { mostBytes: KEY_BYTES },
    list: { mostBytes: 2 * KEY_BYTES },
    usage: { mostBytes: KEY_BYTES },
  },
  open(instance) {
    const { folder, isThrowAway } = placeOf(instance)
    const values = new StoredValues(folder)
    const bytes = Math.min(instance.wish.bytes, instance.limits.storageBytes)
    return {
      answers: answersOf(values, folder, { bytes, keys: MOST_KEYS }),
      async close() {
        await inTurn(folder, async () => {
          if (isThrowAway) rmSync(folder, { recursive: true, force: true })
        })
      },
    }
  },
}

function answersOf(
  values: StoredValues,
  folder: string,
  limits: { readonly bytes: number; readonly keys: number },
): Record<keyof ElaStorage, Answer> {
  /** One after the other: two that write at once could together be more than the quota. */
  const answer =
    (act: Answer): Answer =>
    (args, call) =>
      inTurn(folder, () => act(args, call)).catch((error: unknown) => {
        throw error instanceof ElaError ? error : CallError.storageFailed(error)
      })
  const get: Answer = async (args, { note }) => {
    atMost(args, 1)
    const key = keyOf(args[0])
    note({ target: key })
    return (await values.get(key)) ?? null
  }
  return {
    get: answer(get),
    getText: answer(async (args, call) => {
      const found = await get(args, call)
      return found instanceof Uint8Array ? new TextDecoder().decode(found) : null
    }),
    put: answer(async (args, { note }) => {
      atMost(args, 2)
      const key = keyOf(args[0])
      note({ target: key })
      const isKept = await values.put(key, bytesOf(args[1]), limits)
      if (!isKept) throw CallError.overQuota(limits.bytes)
    }),
    delete: answer(async (args, { note }) => {
      atMost(args, 1)
      const key = keyOf(args[0])
      note({ target: key })
      return values.delete(key)
    }),
    list: answer(async (args) => {
      atMost(args, 2)
      const prefix = prefixOf(args[0], 'prefix')
      const after = prefixOf(args[1], 'after')
      const keys = await values.keys()
      return keys.filter((key) => key.startsWith(prefix) && key > after).slice(0, MOST_LISTED)
    }),
    usage: answer(async (args) => {
      atMost(args, 0)
      return { bytes: await values.bytes(), most: limits.bytes }
    }),
  }
}

function keyOf(given: unknown): string {
  if (typeof given === 'string' && KEY.test(given) && !given.split('/').includes('..')) return given
  throw CallError.badArgument('key', '1 to 256 of A-Z a-z 0-9 . _ ~ / - without a `..`')
}

function prefixOf(given: unknown, name: string): string {
  return given === undefined || given === null || given === '' ? '' : beginningOf(given, name)
}

function beginningOf(given: unknown, name: string): string {
  if (typeof given === 'string' && KEY.test(given)) return given
  throw CallError.badArgument(name, 'the beginning of a key')
}

function bytesOf(given: unknown): Uint8Array {
  if (typeof given === 'string') return Buffer.from(given)
  if (given instanceof Uint8Array) return given
  throw CallError.badArgument('value', 'text or bytes')
}

function placeOf({ id, identity, world }: CapabilityInstance) {
  const isThrowAway = identity.bundleId === undefined
  if (!isThrowAway) {
    const name = createHash('sha256').update(identity.app).digest('hex')
    return { folder: path.join(world.stateFolder, 'storage', name), isThrowAway }
  }
  const folder = path.join(world.stateFolder, 'throw-away')
  removeLeftovers(folder)
  const name = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return { folder: path.join(folder, `${process.pid}.${name}`), isThrowAway }
}

/** What processes left that were killed. */
function removeLeftovers(folder: string): void {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return
    throw error
  }
  for (const name of names) {
    const pid = Number(/^(\d{1,10})\.[0-9a-f]{16}$/.exec(name)?.[1] ?? process.pid)
    if (!lives(pid)) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}

/** Folder → the end of the last act on it, over all instances of this process. */
const queues = new Map<string, Promise<unknown>>()

async function inTurn<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = queues.get(folder) ?? Promise.resolve()
  const turn = before.then(act, act)
  const end = turn.catch(() => undefined)
  queues.set(folder, end)
  try {
    return await turn
  } finally {
    if (queues.get(folder) === end) queues.delete(folder)
  }
}
