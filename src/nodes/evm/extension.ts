/** Rules a chain has beyond the EVM, such as the DID operations of EID. */

export interface ContractCall {
  readonly data: Uint8Array
  /** Sender, lower case, as far as it is known. */
  readonly from: string | undefined
  /** Time of the block the call will be in, seconds since 1970. */
  readonly time: number
  /** `subject`s of admitted transactions that wait for the next block. */
  readonly waiting?: readonly string[]
}

export interface MinedTransaction {
  readonly data: Uint8Array
  /** `0x` and 64 digits. */
  readonly hash: string
  readonly height: number
  /** Time of the block, seconds since 1970. */
  readonly time: number
}

export type Admission =
  /** `gas` is burnt on top of what the contract uses; `subject` is what the transaction changes. */
  | { readonly admitted: true; readonly gas: bigint; readonly subject?: string }
  | { readonly admitted: false; readonly reason: string }

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }

export interface ChainExtension {
  /** Contract whose calls are checked before the engine sees them. */
  readonly contract: string
  /** Says whether a transaction, estimate or call to the contract passes its native check. */
  admit(call: ContractCall): Admission
  /**
   * A successful transaction to the contract was mined (at start: all of them again, in order).
   * Returns the `didLog` of its receipt.
   */
  mined(transaction: MinedTransaction): Readonly<Record<string, unknown>> | undefined
  /** Blocks above `height` no longer exist (revert, reorganisation). */
  rolledBack(height: number): void
  /** Answers methods of its own (`did_…`); `undefined`: not mine. */
  call(method: string, params: unknown): Promise<Answer> | undefined
  /** The method another name stands for; `undefined` for names that stand for themselves. */
  readonly aliasOf?: (method: string) => string | undefined
  /** Contracts whose answers come from here, by address in lower case. */
  readonly natives?: Readonly<Record<string, NativeContract>>
}

/** Call data without the 32 bytes such contracts ignore → answer; `undefined`: the call fails. */
export type NativeContract = (input: Uint8Array) => Uint8Array | undefined
