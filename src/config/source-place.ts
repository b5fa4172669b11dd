/** Where in a config file a setting is written, so that an error can name the line. */

/**
 * `ela.config.ts:7` for the setting `path`, or the bare file name when it cannot be told.
 *
 * The file is not parsed: each key of the path is looked for after the one before it. An object
 * written in one place, as configs are, is found; a computed one is not, and has no line.
 */
export function placeOf(file: string, source: string, path: readonly string[]): string {
  let at = 0
  for (const key of path) {
    const found = keyPattern(key).exec(source.slice(at))
    if (found === null) return file
    at += found.index + found[0].length
  }
  return path.length === 0 ? file : `${file}:${source.slice(0, at).split('\n').length}`
}

function keyPattern(key: string): RegExp {
  const literal = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w$])(['"]?)${literal}\\1\\s*(?=[:,}])`)
}
