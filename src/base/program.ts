/** Our own programs, as a file and arguments to start. */
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly file: string
  readonly args: readonly string[]
}

/**
 * The command line of one of our programs: `dist/<name>.js` when built, `src/<source>` when run from
 * source. `bin/build.js` has the same names.
 */
export function programOf(name: string, source: string): Program {
  const here = import.meta.url
  if (!here.endsWith('.ts')) {
    return { file: process.execPath, args: [fileURLToPath(new URL(`./${name}.js`, here))] }
  }
  // A child resolves `--import tsx` from its own working directory, so it gets the full path.
  const tsx = import.meta.resolve('tsx')
  const main = fileURLToPath(new URL(`../${source}`, here))
  return { file: process.execPath, args: ['--import', tsx, main] }
}
