/** What every action of the wallet has. */
import type { ElaError } from '../../base/errors.ts'
import type { JsonObject } from '../../protocol/did/canonical-json.ts'
import type { Hand } from './hand.ts'
import type { Intent, Service } from './intent.ts'

export interface Action {
  readonly service: Service
  readonly name: string
  /** What is about to be done, for whoever approves. Throws `intent/badParameter`. */
  readonly describe: (params: JsonObject) => string
  /** Does it and returns the result Essentials would. */
  readonly perform: (intent: Intent, hand: Hand) => Promise<JsonObject>
  /** The result when the user says no. */
  readonly denied: JsonObject
  /** The result when it could not be done; `denied` when left out. */
  readonly failed?: (error: ElaError) => JsonObject
}
