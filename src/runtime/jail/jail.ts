/** What is walled in: the engine's program, and the files of one instance. */

/** Full paths on the host. */
export interface JailPlaces {
  readonly program: string
  readonly config: string
  /** Folder with the DApp's modules. */
  readonly modules: string
  readonly assets: string | undefined
  /** The gateway's socket. */
  readonly gateway: string
}
