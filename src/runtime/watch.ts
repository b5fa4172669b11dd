/** Tells of changed files, in bundles: one save of an editor is several changes. */
import { statSync } from 'node:fs'
import path from 'node:path'

/** Changes that come within this time of each other are one edit. */
const SETTLE_MS = 12
/** Longer than the time in which chokidar takes two changes of a file for one. */
const LOOK_AGAIN_MS = 70
const ignoredNames = new Set([
  '.ela',
  '.cache',
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'dist',
  'coverage',
])
/** What editors leave beside a file while they save it. */
const EDITOR_FILES = /(~|\.sw[a-z]|\.tmp|^4913|^\.#.*|^#.*#|\.DS_Store)$/

export interface WatchOptions {
  /** Full paths of folders and files to watch. */
  readonly paths: readonly string[]
  /** Full paths never to look at. */
  readonly ignore: readonly string[]
  /** Full paths that changed, appeared or went. */
  readonly onChange: (files: readonly string[]) => void
  readonly onError: (error: unknown) => void
}

export interface Watching {
  close(): Promise<void>
}

/** Resolves when every change from now on will be told. */
export async function watchFiles(options: WatchOptions): Promise<Watching> {
  const { watch } = await import('chokidar')
  const roots = new Set(options.paths)
  const watcher = watch([...roots], {
    ignoreInitial: true,
    // A link may lead anywhere, and in circles.
    followSymlinks: false,
    ignored: (file) => !roots.has(file) && isIgnored(file, options.ignore),
  })
  const bundle = new ChangeBundle(options.onChange)
  watcher.on('all', (kind, file) => {
    if (kind !== 'addDir') bundle.add(path.resolve(file))
  })
  watcher.on('error', options.onError)
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    close: async () => {
      bundle.close()
      await watcher.close()
    },
  }
}

/** Changes that belong together, told once. */
class ChangeBundle {
  readonly #onChange: (files: readonly string[]) => void
  /** File → its state when it was told of. */
  readonly #told = new Map<string, string>()
  readonly #changed = new Set<string>()
  #settling: NodeJS.Timeout | undefined
  #looking: NodeJS.Timeout | undefined

  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange
  }

  add(file: string): void {
    this.#changed.add(file)
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#tell(), SETTLE_MS)
  }

  close(): void {
    clearTimeout(this.#settling)
    clearTimeout(this.#looking)
  }

  #tell(): void {
    const files = [...this.#changed].sort()
    this.#changed.clear()
    for (const file of files) this.#told.set(file, stateOf(file))
    clearTimeout(this.#looking)
    this.#looking = setTimeout(() => this.#lookAgain(), LOOK_AGAIN_MS)
    this.#onChange(files)
  }

  /** chokidar drops a change that follows another of the same file within 50 ms. */
  #lookAgain(): void {
    const missed = [...this.#told].filter(([file, state]) => stateOf(file) !== state)
    this.#told.clear()
    for (const [file] of missed) this.add(file)
  }
}

function stateOf(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? 'gone' : `${stats.mtimeNs} ${stats.size} ${stats.ino}`
}

function isIgnored(file: string, ignore: readonly string[]): boolean {
  const name = path.basename(file)
  if (ignoredNames.has(name) || EDITOR_FILES.test(name)) return true
  return ignore.some((one) => isBelow(file, one))
}

/** Whether `file` is `folder` or inside it. */
export function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder + path.sep)
}
