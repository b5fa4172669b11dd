/**
 * Every DID and credential of the chain, as its mined operations left them.
 *
 * Nothing is stored: the same operations in the same order give the same state, and taking back the
 * blocks above a height gives exactly the state of that height.
 */
import type { Credential } from '../../protocol/did/credential.ts'
import { splitDidUrl } from '../../protocol/did/did.ts'
import type { DidDocument } from '../../protocol/did/document.ts'
import type { DidRequest } from '../../protocol/did/request.ts'
import type { DidOperation } from './did-operation.ts'

export interface Mined {
  readonly request: DidRequest
  /** 64 hexadecimal digits without `0x`. */
  readonly txid: string
  readonly height: number
  /** Time of the block, seconds since 1970. */
  readonly time: number
}

export interface MinedDocument extends Mined {
  readonly document: DidDocument
}

export interface DidRecord {
  /** Oldest first, never empty. */
  readonly documents: readonly [MinedDocument, ...MinedDocument[]]
  readonly deactivation: Mined | undefined
}

export interface MinedCredential extends Mined {
  /** Who revoked; `undefined` for a declaration. */
  readonly revoker: string | undefined
  /** What was declared; `undefined` for a revocation. */
  readonly credential: Credential | undefined
}

/** Where and when an operation was mined. */
export type Place = Pick<Mined, 'txid' | 'height' | 'time'>

interface Entry extends Mined {
  readonly operation: DidOperation
}

/** What test suites of libraries want to be rid of. */
export type Forgettable = 'dids' | 'credentials'

export class DidState {
  /** By DID or credential id; oldest first. */
  readonly #entries = new Map<string, Entry[]>()
  /** Declared credentials by the DID they are about; oldest first. */
  readonly #declared = new Map<string, { readonly id: string; readonly height: number }[]>()

  /**
   * How a DID, or what begins with one, is kept: as it is for a DID made from a key, in lower case
   * for all others.
   */
  keyOf(id: string): string {
    const { did, fragment } = splitDidUrl(id)
    const whole = fragment === '' ? id : did
    return (this.#entries.has(whole) ? whole : whole.toLowerCase()) + fragment
  }

  did(id: string): DidRecord | undefined {
    const entries = this.#entries.get(id) ?? []
    const [first, ...rest] = entries.flatMap((entry) =>
      'document' in entry.operation ? [{ ...entry, document: entry.operation.document }] : [],
    )
    if (first === undefined) return undefined
    const deactivation = entries.find(({ operation }) => operation.kind === 'deactivate')
    return { documents: [first, ...rest], deactivation }
  }

  /** Oldest first. */
  credential(id: string): readonly MinedCredential[] {
    return (this.#entries.get(this.keyOf(id)) ?? []).map(({ operation, ...mined }) => ({
      ...mined,
      credential: operation.kind === 'declare' ? operation.credential : undefined,
      revoker:
        operation.kind === 'revoke'
          ? splitDidUrl(operation.request.proof.verificationMethod).did
          : undefined,
    }))
  }

  /** Ids of declared credentials about this DID, newest first. */
  declaredOf(did: string): readonly string[] {
    return (this.#declared.get(this.keyOf(did)) ?? []).map(({ id }) => id).reverse()
  }

  /** The height of the last operation on a DID or credential. */
  lastHeightOf(subject: string): number | undefined {
    return this.#entries.get(this.keyOf(subject))?.at(-1)?.height
  }

  /** Takes in an operation that was found good. */
  apply(operation: DidOperation, { txid, height, time }: Place): void {
    const { subject, request } = operation
    const key = 'document' in operation ? subject : this.keyOf(subject)
    append(this.#entries, key, { operation, request, txid, height, time })
    if (operation.kind === 'declare') {
      const owner = this.keyOf(ownerOf(operation.credential))
      append(this.#declared, owner, { id: subject, height })
    }
  }

  /** Forgets all operations of one kind, though the chain has their transactions. */
  forget(what: Forgettable): void {
    const isDid = ({ operation }: Entry) =>
      'document' in operation || operation.kind === 'deactivate'
    for (const [key, entries] of this.#entries) {
      const kept = entries.filter((entry) => isDid(entry) !== (what === 'dids'))
      if (kept.length === 0) this.#entries.delete(key)
      else this.#entries.set(key, kept)
    }
    if (what === 'credentials') this.#declared.clear()
  }

  /** Forgets everything above `height`. */
  rolledBack(height: number): void {
    for (const lists of [this.#entries, this.#declared]) {
      for (const [key, list] of lists as Map<string, { readonly height: number }[]>) {
        while ((list.at(-1)?.height ?? 0) > height) list.pop()
        if (list.length === 0) lists.delete(key)
      }
    }
  }
}

/** Whom a credential is about. */
export function ownerOf({ credentialSubject }: Credential): string {
  const { id } = credentialSubject
  return typeof id === 'string' ? id : ''
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
