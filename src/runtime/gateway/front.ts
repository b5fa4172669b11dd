/**
 * What the DApp holds as `env.ELA`: its half of the shim, in its own realm. It shows the documented
 * members only (the engine's own binding has a `fetch`, which leads nowhere), gives errors their
 * `code`, and keeps one request from piling up calls until the memory is gone. It is a convenience
 * and no wall: whatever the DApp does to it, the DApp does to itself.
 */
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import { capabilities } from '../capabilities/index.ts'
import type { Capability } from '../capabilities/kind.ts'
import { rpcNameOf } from './shim.ts'

/** Each costs some 30 KB until it is answered. */
const MOST_PENDING = 1_000

/**
 * Source of a module that exports `elaOf(binding)`. It must be evaluated before any module of the
 * DApp: it takes what it needs of the realm before that can be changed.
 */
export function frontSource(
  names: readonly CapabilityName[],
  registry: Readonly<Record<string, Capability>> = capabilities,
): string {
  const members = names.map((name) => {
    const methods = Object.keys(registry[name]?.methods ?? {}).map(
      (method) =>
        `    ${method}: (...args) => call(state, '${name}', '${rpcNameOf(method)}', args),`,
    )
    return `const ${name} = (state) => freeze({\n    __proto__: null,\n${methods.join('\n')}\n})`
  })
  return [
    PRELUDE,
    ...members,
    'export function elaOf(binding) {',
    '  const state = { __proto__: null, binding, pending: 0 }',
    '  return freeze({',
    '    __proto__: null,',
    ...names.map((name) => `    get ${name}() { return ${name}(state) },`),
    "    whoami: () => call(state, undefined, 'whoami', []),",
    '  })',
    '}',
    '',
  ].join('\n')
}

const PRELUDE = `const { apply, defineProperty } = Reflect
const { freeze } = Object
const { exec } = RegExp.prototype
const Failure = Error
const CODE = /^(capability\\/[A-Za-z]+): /

async function call(state, name, method, args) {
  if (state.pending >= ${MOST_PENDING}) {
    throw coded(new Failure('capability/tooMany: More than ${MOST_PENDING} calls of one request at once.'))
  }
  state.pending += 1
  try {
    const target = name === undefined ? state.binding : state.binding[name]
    return await apply(target[method], target, args)
  } catch (error) {
    throw coded(error)
  } finally {
    state.pending -= 1
  }
}

function coded(error) {
  const found = typeof error?.message === 'string' ? apply(exec, CODE, [error.message]) : null
  if (found !== null) defineProperty(error, 'code', { __proto__: null, value: found[1] })
  return error
}
`
