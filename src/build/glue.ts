/** The JavaScript around DApps of other languages. It becomes part of the bundle, and is signed with it. */
import { fileURLToPath } from 'node:url'

/** Full path. The files lie in `glue/` beside this file, and beside the built program. */
export function glueFile(name: 'java-glue' | 'wasm-glue' | 'message'): string {
  return fileURLToPath(new URL(`./glue/${name}.js`, import.meta.url))
}
