/**
 * What DApps see: the members of `env.ELA`. Each is there only when the manifest asks for it, and
 * answers only while the user grants it.
 *
 * A refused call rejects with an `Error` whose message begins with a code: `capability/notGranted`.
 */

/** A JSON value, in which bytes are `Uint8Array`. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value | undefined }

export interface ElaLog {
  debug(...parts: readonly Value[]): Promise<void>
  info(...parts: readonly Value[]): Promise<void>
  warn(...parts: readonly Value[]): Promise<void>
  error(...parts: readonly Value[]): Promise<void>
}

export interface ElaClock {
  /** Milliseconds since 1970. */
  now(): Promise<number>
  /** Resolves after so many milliseconds, at most 60,000. */
  wait(ms: number): Promise<void>
}
