/**
 * What the gate remembers between runs, in files of which each is written once or replaced whole, so
 * that several `ela` at a time lose nothing of each other:
 *
 *     state/denied/<sha256>/<network>.json    what must not run here again
 *     state/proofs/<app>.<bundle>.json        who may sign, as the chain said it last
 *
 * Which releases were seen is shared with installing (`releases/seen.ts`).
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../../base/errors.ts'
import { highestSeen, noteSeen, type Seen } from '../../releases/seen.ts'
import { folderNameOf, type UserFolder } from '../../releases/user-folder.ts'
import { GateError } from './errors.ts'

const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600
const MOST_BYTES = 4 << 20
/** Where no registry named the network: it counts on all of them. */
const EVERY_NETWORK = 'every'

/** One thing that must not run: a bundle, or with the DID of an app all its bundles. */
export interface Denial {
  /** A DID or a bundle id. */
  readonly what: string
  readonly why: string
  /** ISO 8601. */
  readonly since: string
  readonly network: string | undefined
}

export interface GateMemory {
  /** @param network `undefined` when it is not known: then a denial on any network counts */
  denialOf(what: string, network: string | undefined): Denial | undefined
  deny(denial: Denial): void
  /** On every network; whether there was a denial. */
  lift(what: string): boolean
  /** The newest release that was accepted here, 0 for none. */
  newestSeen(network: string, app: string): number
  saw(network: string, app: string, seen: Seen): void
  /** As `proof.ts` wrote it. */
  proof(app: string, bundleId: string): unknown
  keepProof(app: string, bundleId: string, proof: object): void
}

export function gateMemoryIn(user: UserFolder): GateMemory {
  const denied = (what: string) =>
    path.join(user, 'state', 'denied', createHash('sha256').update(what).digest('hex'))
  const proofs = (app: string, bundleId: string) => {
    const name = `${folderNameOf(app)}.${bundleId.replace(/^sha256:/, '')}.json`
    return path.join(user, 'state', 'proofs', name)
  }
  return {
    denialOf: (what, network) => {
      const counts = (name: string) =>
        network === undefined || [`${network}.json`, `${EVERY_NETWORK}.json`].includes(name)
      const [name] = namesIn(denied(what)).filter(counts)
      return name === undefined ? undefined : (readJson(path.join(denied(what), name)) as Denial)
    },
    deny: (denial) => {
      const file = path.join(denied(denial.what), `${denial.network ?? EVERY_NETWORK}.json`)
      // The first reason stays: it is why the DApp was stopped.
      if (!existsSync(file)) writeJson(file, denial)
    },
    lift: (what) => {
      const was = namesIn(denied(what)).length > 0
      rmSync(denied(what), { recursive: true, force: true })
      return was
    },
    newestSeen: (network, app) => highestSeen(user, network, app)?.seq ?? 0,
    saw: (network, app, seen) => noteSeen(user, network, app, seen),
    proof: (app, bundleId) => readJson(proofs(app, bundleId)),
    keepProof: (app, bundleId, proof) => writeJson(proofs(app, bundleId), proof),
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

function writeJson(file: string, value: object): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
  writeFileAtomic(file, `${JSON.stringify(value, undefined, 2)}\n`, PRIVATE_FILE)
}

/** Throws `gate/damagedState`: what cannot be read must not count as never having been written. */
function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw GateError.damagedState(file, messageOf(error))
  }
  if (text.length > MOST_BYTES) throw GateError.damagedState(file, 'it is too long')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw GateError.damagedState(file, messageOf(error))
  }
  throw GateError.damagedState(file, 'it is no object')
}
