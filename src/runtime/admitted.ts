/** A DApp that may be opened: by the gate, or because `ela dev` runs a project of its user's own. */
import type { JsonObject } from '../protocol/did/canonical-json.ts'
import type { Admission } from './gate/gate.ts'
import type { StagedFile } from './gate/stage.ts'
import type { SignatureState } from './instance-status.ts'
import type { StagedDapp } from './staged-dapp.ts'

export interface Admitted {
  readonly staged: StagedDapp
  readonly files: readonly StagedFile[]
  /** As the manifest asks for them, without what is withheld. */
  readonly capabilities: JsonObject
  readonly signature: SignatureState
  /** Key ids. */
  readonly signers: readonly string[]
  readonly warnings: readonly string[]
}

/** What the gate let in. */
export function admittedBy({
  bundle,
  proof,
  staged,
  files,
  withheld,
  warnings,
}: Admission): Admitted {
  const asked = bundle.manifest.value['capabilities'] ?? {}
  return {
    ...{ staged, files, warnings },
    capabilities: withoutWithheld(asked as JsonObject, withheld),
    signature: proof.isOffline ? 'offline' : 'signed',
    signers: proof.trust.signatures.map(({ kid }) => kid),
  }
}

/** @param withheld `net`, or `chain.send` for one thing that a capability may name */
export function withoutWithheld(asked: JsonObject, withheld: readonly string[]): JsonObject {
  const left = Object.entries(asked).filter(([name]) => !withheld.includes(name))
  return Object.fromEntries(
    left.map(([name, wish]) => [name, withheld.includes(`${name}.send`) ? unsending(wish) : wish]),
  ) as JsonObject
}

/** Lists of verbs without `send`: `{esc: ['read', 'send']}`. */
function unsending(wish: JsonObject[string]): JsonObject[string] {
  if (typeof wish !== 'object' || wish === null || Array.isArray(wish)) return wish ?? {}
  const members = Object.entries(wish as JsonObject).map(([chain, verbs]) => {
    const isList = Array.isArray(verbs)
    return [chain, isList ? verbs.filter((verb) => verb !== 'send') : verbs] as const
  })
  return Object.fromEntries(
    members.filter(([, verbs]) => !Array.isArray(verbs) || verbs.length > 0),
  )
}
