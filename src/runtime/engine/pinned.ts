/**
 * The one version of the engine that runs DApps, and what its program must be.
 *
 * Sizes and digests are those of the files in the `@cloudflare/workerd-*` packages of that version.
 * A new version is a new table: nothing else decides which bytes may become the engine.
 */

export const ENGINE_VERSION = '1.20261117.1'

/**
 * Behaviour of the engine that DApps can rely on. From 2026-08-04 on it would switch on Node's
 * modules for every DApp, so it is never left to the engine.
 */
export const COMPATIBILITY_DATE = '2026-01-01'

export interface PinnedProgram {
  /** npm package that holds it. */
  readonly package: string
  /** Path in the package. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** `process.platform`-`process.arch` → the program. */
export const pinnedPrograms: Readonly<Record<string, PinnedProgram>> = {
  'linux-x64': {
    package: '@cloudflare/workerd-linux-64',
    path: 'bin/workerd',
    bytes: 162_281_568,
    sha256: '2c950df972c039779162ed3803db9fe3f407b70709db2c9ef5a523b36cac4583',
  },
  'linux-arm64': {
    package: '@cloudflare/workerd-linux-arm64',
    path: 'bin/workerd',
    bytes: 165_681_672,
    sha256: '37007f28648931403563dbb75c6c784c3be0755d3a8793877c0d7ef33d116b7c',
  },
  'darwin-x64': {
    package: '@cloudflare/workerd-darwin-64',
    path: 'bin/workerd',
    bytes: 158_149_936,
    sha256: 'a9e8dc9bc174b7cfe2ac9dac3328a35697cd940868b55d3ef2f785da68730a4b',
  },
  'darwin-arm64': {
    package: '@cloudflare/workerd-darwin-arm64',
    path: 'bin/workerd',
    bytes: 151_674_952,
    sha256: '16b474b900aed8c5ee321c12e3a591e36879fce446cf3bf614dcfe3ff6c158b2',
  },
  'win32-x64': {
    package: '@cloudflare/workerd-windows-64',
    path: 'bin/workerd.exe',
    bytes: 111_441_408,
    sha256: '0f64afb78f90a788efb512c9f25ec300a06a3945daf87fd24974946c927ca598',
  },
}
