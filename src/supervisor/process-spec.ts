/** How one child process is started, known to be ready, and stopped. A description, not an action. */
export interface ProcessSpec {
  /** Unique among its siblings: `store`, `worker-2`. */
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  /** Added to a minimal environment; a child does not inherit ours. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /**
   * A whole line of stdout without which the child is not ready, whatever `probe` says: it proves
   * that the answering ports are this child's and not those of a stale one.
   */
  readonly readyLine?: string
  /** Throws while the child does not answer. Called again and again until `readyWithinMs`. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  readonly readyWithinMs: number
  /** From SIGTERM to SIGKILL of the whole group. */
  readonly stopWithinMs: number
}
