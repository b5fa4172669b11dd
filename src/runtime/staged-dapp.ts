/** A DApp that passed the gate: verified bytes in a folder of ours, and what it may be. */

export interface StagedDapp {
  /** Full path, mode 0700; below it only regular files of mode 0444 that the runtime wrote. */
  readonly folder: string
  readonly kind: DappKind
  /** The modules of its worker, the main one first. Empty for a page and for Java. */
  readonly modules: readonly WorkerModule[]
  /** Full path of the folder with its static files, when it has a page. */
  readonly assets: string | undefined
  readonly identity: DappIdentity
  readonly limits: Limits
}

/** What it is started as. */
export type DappKind =
  /** Modules in the engine. */
  | {
      readonly name: 'service'
      /** Of pages elsewhere that may call it. */
      readonly origins: readonly string[]
    }
  /** Files in a browser; no process of its own. */
  | { readonly name: 'web' }
  /** A jar on a Java virtual machine. */
  | {
      readonly name: 'java'
      /** Full path. */
      readonly jar: string
      /** Main class; the jar's own when left out. */
      readonly main: string | undefined
      /** Release of Java that it was compiled for. */
      readonly release: number
    }

export interface WorkerModule {
  /** As other modules import it: the path in the bundle. */
  readonly name: string
  /** Full path. */
  readonly file: string
  readonly type: 'esModule' | 'wasm' | 'text' | 'data' | 'json'
}

/** Who the DApp is, as the gate found it. */
export interface DappIdentity {
  /** DID of the app; grants and storage are kept by it. */
  readonly app: string
  readonly publisher: string
  readonly name: string
  readonly version: string
  readonly seq: number
  /** `undefined` for a folder that `ela dev` runs unsigned. */
  readonly bundleId: string | undefined
}

/** What one instance may use up. The manifest may ask for other values within fixed bounds. */
export interface Limits {
  /** Heap, buffers and WebAssembly memory above what the empty engine needs. */
  readonly memoryMiB: number
  readonly cpuSecondsPerMinute: number
  readonly storageBytes: number
  /** Calls of the gateway. */
  readonly requestsPerSecond: number
  readonly startWithinMs: number
}
