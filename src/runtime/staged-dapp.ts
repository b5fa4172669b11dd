/** A DApp that passed the gate: verified bytes in a folder of ours, and what it may be. */

export interface StagedDapp {
  /** Full path, mode 0700; below it only regular files of mode 0444 that the runtime wrote. */
  readonly folder: string
  /** The modules of its worker, the main one first. Empty for a DApp that is pages alone. */
  readonly modules: readonly WorkerModule[]
  /** Full path of the folder with its static files, when it has a page. */
  readonly assets: string | undefined
  readonly identity: DappIdentity
  readonly limits: Limits
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
