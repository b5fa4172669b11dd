/** Tells of changed files, in bundles: one save of an editor is several changes. */
import path from 'node:path'

/** Changes that come within this time of each other are one edit. */
const SETTLE_MS = 12
const ignoredNames = new Set(['.ela', '.git', '.hg', '.svn', 'node_modules', 'dist', 'coverage'])
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
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', (kind, file) => {
    if (kind === 'addDir') return
    changed.add(path.resolve(file))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const files = [...changed].sort()
      changed.clear()
      options.onChange(files)
    }, SETTLE_MS)
  })
  watcher.on('error', options.onError)
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    close: async () => {
      clearTimeout(timer)
      await watcher.close()
    },
  }
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
