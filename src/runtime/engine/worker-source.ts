/** Our own workers, as text for the engine's configuration. */
import { readFileSync } from 'node:fs'

/** They lie in `workers/` beside this file, and beside the built program. */
export function workerSource(name: 'own' | 'wrapper'): string {
  return readFileSync(new URL(`./workers/${name}.js`, import.meta.url), 'utf8')
}

/**
 * The module in front of the DApp.
 *
 * @param main name of the DApp's main module, from the wrapper's place at the top of the bundle
 * @param hosts exact values of the `Host` header
 * @param front name of the module that makes `env.ELA`; as the engine binds it when left out. It is
 *   the first import, so that it is evaluated before the DApp can change its realm.
 */
export function wrapperSource(main: string, hosts: readonly string[], front?: string): string {
  const lines = [
    front === undefined
      ? 'const elaOf = (binding) => binding'
      : `import { elaOf } from ${JSON.stringify(`./${front}`)}`,
    `import * as dapp from ${JSON.stringify(`./${main}`)}`,
    `const hosts = new Set(${JSON.stringify(hosts)})`,
  ]
  return `${lines.join('\n')}\n${workerSource('wrapper')}`
}
