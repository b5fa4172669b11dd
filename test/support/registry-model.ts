/** The rules of the registry in few lines: each act returns the name of its refusal, or ''. */
import type { ReleaseRecord, ReleaseStatus } from '../../src/wallet/registry/read.ts'

const VETO_PAUSE = 30 * 86_400

interface Publishing {
  readonly seq: number
  readonly bundle: string
  readonly channel: boolean
  readonly now: number
}

export class RegistryModel {
  owner: number | undefined
  channel: number | undefined
  claimant: number | undefined
  readonly #claimDelay: number
  #latest = 0
  #floor = 0
  #due = 0
  #vetoFrom = 0
  #offered: number | undefined
  #until = new Map<number, number>()
  readonly #releases = new Map<number, ReleaseRecord>()

  constructor(claimDelay: number) {
    this.#claimDelay = claimDelay
  }

  get numbers(): { readonly latest: number; readonly floor: number } {
    return { latest: this.#latest, floor: this.#floor }
  }

  /** Its time is not told. */
  release(seq: number): ReleaseRecord | undefined {
    return this.#releases.get(seq)
  }

  claim(by: number, now: number): string {
    if (this.owner === undefined) this.owner = by
    else if (this.owner === by) this.claimant = undefined
    else {
      this.claimant = by
      this.#due = now + this.#claimDelay
    }
    return ''
  }

  finish(now: number): string {
    if (this.claimant === undefined) return 'NothingPending'
    if (now < this.#due) return 'TooEarly'
    this.#move(this.claimant)
    this.claimant = undefined
    return ''
  }

  veto(by: number, now: number): string {
    if (by !== this.owner) return 'NotOwner'
    if (this.claimant === undefined) return 'NothingPending'
    if (now < this.#vetoFrom) return 'TooEarly'
    this.#vetoFrom = now + VETO_PAUSE
    this.claimant = undefined
    return ''
  }

  offer(by: number, to: number): string {
    if (by !== this.owner) return 'NotOwner'
    this.#offered = to
    return ''
  }

  accept(by: number): string {
    if (by !== this.#offered) return 'NothingPending'
    this.#move(by)
    return ''
  }

  allow(by: number, to: number, until: number): string {
    if (by !== this.owner) return 'NotOwner'
    this.#until.set(to, until)
    return ''
  }

  publish(by: number, { seq, bundle, channel, now }: Publishing): string {
    if (by !== this.owner && (this.#until.get(by) ?? 0) < now) return 'NotPublisher'
    if (seq <= this.#latest) return 'NotNew'
    const known = [...this.#releases.values()].some((one) => one.bundle === bundle)
    if (known) return 'BundleKnown'
    this.#releases.set(seq, { seq, bundle, time: 0, prev: this.#latest, status: 'ok' })
    this.#latest = seq
    if (channel) this.channel = seq
    return ''
  }

  judge(by: number, seq: number, status: ReleaseStatus): string {
    if (by !== this.owner) return 'NotOwner'
    const found = this.#releases.get(seq)
    if (found === undefined) return 'NoRelease'
    if (found.status === 'revoked') return 'Revoked'
    this.#releases.set(seq, { ...found, status })
    return ''
  }

  point(by: number, seq: number): string {
    if (by !== this.owner) return 'NotOwner'
    const found = this.#releases.get(seq)
    if (found === undefined) return 'NoRelease'
    if (found.status !== 'ok') return 'NotOk'
    if (seq < this.#floor) return 'BelowFloor'
    this.channel = seq
    return ''
  }

  floorTo(by: number, seq: number): string {
    if (by !== this.owner) return 'NotOwner'
    if (!this.#releases.has(seq)) return 'NoRelease'
    if (seq <= this.#floor) return 'FloorNotHigher'
    this.#floor = seq
    return ''
  }

  #move(to: number): void {
    this.owner = to
    this.#offered = undefined
    this.#until = new Map()
  }
}
