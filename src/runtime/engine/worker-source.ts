/** Our own workers, as text for the engine's configuration. */
import { readFileSync } from 'node:fs'

/** They lie in `workers/` beside this file, and beside the built program. */
export function workerSource(name: 'own' | 'wrapper'): string {
  return readFileSync(new URL(`./workers/${name}.js`, import.meta.url), 'utf8')
}

export interface WrapperWish {
  /** Name of the DApp's main module, from the wrapper's place at the top of the bundle. */
  readonly main: string
  /** Exact values of the `Host` header. */
  readonly hosts: readonly string[]
  /** Of other pages that may call the DApp. */
  readonly origins: readonly string[]
  /**
   * Name of the module that makes `env.ELA`; as the engine binds it when left out. It is the first
   * import, so that it is evaluated before the DApp can change its realm.
   */
  readonly front: string | undefined
}

/** The module in front of the DApp. */
export function wrapperSource({ main, hosts, origins, front }: WrapperWish): string {
  const lines = [
    front === undefined
      ? 'const elaOf = (binding) => binding'
      : `import { elaOf } from ${JSON.stringify(`./${front}`)}`,
    `import * as dapp from ${JSON.stringify(`./${main}`)}`,
    `const hosts = new Set(${JSON.stringify(hosts)})`,
    `const callers = new Set(${JSON.stringify(origins)})`,
  ]
  return `${lines.join('\n')}\n${workerSource('wrapper')}`
}
