/** What a devnet will consist of: which processes, in which order, with which ports and folders. */
import path from 'node:path'
import type { NodeKind } from '../nodes/kind.ts'
import { DevnetError } from './errors.ts'

export interface PlannedPort {
  readonly instance: string
  readonly name: string
  /** The kind's default, moved by the instance's place among its siblings. */
  readonly preferred: number
  readonly udp: boolean
}

export interface PlannedNode {
  readonly kind: NodeKind
  readonly instance: string
  /** Instances that must be ready first. */
  readonly needs: readonly string[]
  readonly dataDir: string
}

/**
 * The kinds called `wanted` and all they need, in the registry's order; all of them when nothing is
 * wanted. Throws `devnet/unknownNode`.
 */
export function chooseKinds(
  kinds: readonly NodeKind[],
  wanted: readonly string[] | undefined,
): readonly NodeKind[] {
  if (wanted === undefined) return kinds
  const chosen = new Set<string>()
  const choose = (name: string): void => {
    if (chosen.has(name)) return
    const kind = kinds.find((known) => known.name === name)
    if (kind === undefined) {
      const names = kinds.map((known) => known.name)
      throw DevnetError.unknownNode(name, names)
    }
    chosen.add(name)
    for (const need of kind.needs) choose(need)
  }
  for (const name of wanted) choose(name)
  return kinds.filter(({ name }) => chosen.has(name))
}

export function planNodes(kinds: readonly NodeKind[], stateFolder: string): readonly PlannedNode[] {
  return kinds.flatMap((kind) =>
    kind.instances.map((instance) => ({
      kind,
      instance,
      needs: kinds.filter(({ name }) => kind.needs.includes(name)).flatMap((one) => one.instances),
      dataDir: path.join(stateFolder, 'state', instance),
    })),
  )
}

/** Every port of `kinds`, in an order that does not depend on which of them are wanted. */
export function planPorts(kinds: readonly NodeKind[]): readonly PlannedPort[] {
  return kinds.flatMap((kind) =>
    kind.instances.flatMap((instance, place) =>
      Object.entries(kind.ports).map(([name, first]) => ({
        instance,
        name,
        preferred: first + place,
        udp: kind.udpPorts?.includes(name) ?? false,
      })),
    ),
  )
}
