/**
 * What the gate remembers between runs, in files of which each is written once or replaced whole, so
 * that several `ela` at a time lose nothing of each other:
 *
 *     denied/<sha256>.json            what must not run here again
 *     proofs/<app>.<bundle>.json      who may sign, as the chain said it last
 *     seen/<app>/<seq>                empty: this release has run here
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../../base/errors.ts'
import { GateError } from './errors.ts'

const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600
const MOST_BYTES = 4 << 20

/** One thing that must not run: a bundle, or with the DID of an app all its bundles. */
export interface Denial {
  /** A DID or a bundle id. */
  readonly what: string
  readonly why: string
  /** ISO 8601. */
  readonly since: string
}

/** What the gate keeps. Handed in, so that tests keep it in memory. */
export interface GateMemory {
  denialOf(what: string): Denial | undefined
  deny(denial: Denial): void
  lift(what: string): boolean
  /** The newest release that has run here, 0 for none. */
  newestSeen(app: string): number
  saw(app: string, seq: number): void
  /** As `proof.ts` wrote it. */
  proof(app: string, bundleId: string): unknown
  keepProof(app: string, bundleId: string, proof: object): void
}

/** @param folder of the user's runtime state, mode 0700 */
export function gateMemoryIn(folder: string): GateMemory {
  const denied = (what: string) =>
    path.join(folder, 'denied', `${createHash('sha256').update(what).digest('hex')}.json`)
  const proofs = (app: string, bundleId: string) =>
    path.join(folder, 'proofs', `${nameOf(app)}.${bundleId.replace(/^sha256:/, '')}.json`)
  const seen = (app: string) => path.join(folder, 'seen', nameOf(app))
  return {
    denialOf: (what) => readJson(denied(what)) as Denial | undefined,
    deny: (denial) => {
      // The first reason stays: it is why the DApp was stopped.
      if (!existsSync(denied(denial.what))) writeJson(denied(denial.what), denial)
    },
    lift: (what) => {
      const was = existsSync(denied(what))
      rmSync(denied(what), { force: true })
      return was
    },
    newestSeen: (app) => Math.max(0, ...namesIn(seen(app)).map(Number).filter(Number.isInteger)),
    saw: (app, seq) => {
      mkdirSync(seen(app), { recursive: true, mode: PRIVATE_FOLDER })
      writeFileSync(path.join(seen(app), String(seq)), '', { mode: PRIVATE_FILE })
    },
    proof: (app, bundleId) => readJson(proofs(app, bundleId)),
    keepProof: (app, bundleId, proof) => writeJson(proofs(app, bundleId), proof),
  }
}

/** DIDs have a colon in them, which is no character of a file's name everywhere. */
function nameOf(did: string): string {
  return did.replace(/^did:elastos:/, '').replaceAll(/[^A-Za-z0-9]/g, '_')
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

function writeJson(file: string, value: object): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
  writeFileAtomic(file, `${JSON.stringify(value, undefined, 2)}\n`, PRIVATE_FILE)
}

/** Throws `gate/damagedProof`: what cannot be read must not count as never having been written. */
function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw GateError.damagedProof(file, messageOf(error))
  }
  if (text.length > MOST_BYTES) throw GateError.damagedProof(file, 'it is too long')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw GateError.damagedProof(file, messageOf(error))
  }
  throw GateError.damagedProof(file, 'it is no object')
}
