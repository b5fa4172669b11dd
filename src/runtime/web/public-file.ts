/** A request path → a file inside the public folder, or the reason why there is none. */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'

export type PublicFile =
  | { readonly found: 'file'; readonly file: string }
  /** A folder asked for without its final slash: relative links would go wrong. */
  | { readonly found: 'folder'; readonly location: string }
  | { readonly found: 'nothing'; readonly status: 400 | 403 | 404; readonly why: string }

/**
 * @param root full path of the public folder
 * @param target the request target as received; everything in it is the sender's choice
 */
export function findPublicFile(root: string, target: string): PublicFile {
  const segments = segmentsOf(target)
  if (segments === undefined) return nothing(400, 'The address is not a valid path.')
  if (segments.some((segment) => segment.startsWith('.') && segment !== '.well-known')) {
    return nothing(404, 'Files whose name begins with a dot are not served.')
  }
  let file = path.join(root, ...segments)
  let stats = statSync(file, { throwIfNoEntry: false })
  const isFolderPath = pathOf(target).endsWith('/')
  if (stats?.isDirectory()) {
    if (!isFolderPath) {
      return { found: 'folder', location: `/${segments.map(encodeURIComponent).join('/')}/` }
    }
    file = path.join(file, 'index.html')
    stats = statSync(file, { throwIfNoEntry: false })
  } else if (isFolderPath) {
    return nothing(404, 'There is no such folder.')
  }
  const shown = path.relative(root, file)
  if (stats === undefined) return nothing(404, `There is no \`${shown}\` in the public folder.`)
  if (!stats.isFile()) return nothing(403, `\`${shown}\` is not a plain file.`)
  const real = realpathSync(file)
  if (!real.startsWith(realpathSync(root) + path.sep)) {
    return nothing(403, `\`${shown}\` is a link that leaves the public folder.`)
  }
  return { found: 'file', file: real }
}

/** Decoded path segments without empty ones; `undefined` when the path cannot be one of ours. */
function segmentsOf(target: string): readonly string[] | undefined {
  const raw = pathOf(target)
  if (!raw.startsWith('/')) return undefined
  const segments: string[] = []
  for (const part of raw.split('/')) {
    if (part === '') continue
    let segment: string
    try {
      segment = decodeURIComponent(part)
    } catch {
      return undefined
    }
    // An encoded slash would make two segments of one; a colon or backslash is a path on Windows.
    if (/[/\\\0:]/.test(segment) || segment === '..' || segment === '.') return undefined
    segments.push(segment)
  }
  return segments
}

/** The path of a request target: `/a?b` and the proxies' form `http://host/a?b` alike. */
function pathOf(target: string): string {
  const withoutOrigin = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return (withoutOrigin.split(/[?#]/, 1)[0] ?? '') || '/'
}

function nothing(status: 400 | 403 | 404, why: string): PublicFile {
  return { found: 'nothing', status, why }
}
