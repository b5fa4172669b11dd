/**
 * Builds `dist/`: the command line with one lazy chunk a command, and the node programs. Everything
 * lands in one flat folder, so that a program is found beside whichever chunk asks for it.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** Output name → source. `programOf` in src/base/program.ts uses the same names. */
const programs = {
  main: 'src/main.ts',
  'mainchain-node': 'src/nodes/mainchain/main.ts',
  'esc-node': 'src/nodes/esc/main.ts',
  'eid-node': 'src/nodes/eid/main.ts',
  'carrier-node': 'src/nodes/carrier/main.ts',
  'key-agent': 'src/identity/key-agent-main.ts',
  'cpp-compiler': 'src/build/cpp-compiler.ts',
}

/** Development-only imports of ink that cost start time and are never used. */
const stubs = {
  name: 'stubs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'stub',
    }))
    onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {}' }))
  },
}

const target = path.join(root, 'dist')
// Built aside and swapped in, so that a running `ela` or a failed build never sees half of it.
const fresh = path.join(root, `.dist-${process.pid}`)
rmSync(fresh, { recursive: true, force: true })
mkdirSync(fresh, { recursive: true })
try {
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries(programs).filter(([, source]) =>
        readdirSync(path.join(root, path.dirname(source))).includes(path.basename(source)),
      ),
    ),
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', ELA_VERSION: JSON.stringify(version) },
    external: [
      '@foundry-rs/*',
      'tsx',
      'tsx/*',
      'esbuild',
      'bufferutil',
      'utf-8-validate',
      'fsevents',
    ],
    plugins: [stubs],
    // CommonJS packages in the bundle still call `require` for Node's own modules.
    banner: {
      js: "import{createRequire as __elaRequire}from'node:module';const require=__elaRequire(import.meta.url);",
    },
  })
  // JavaScript for the engine, which is read as text.
  for (const folder of ['src/runtime/engine/workers', 'src/build/glue']) {
    cpSync(path.join(root, folder), path.join(fresh, path.basename(folder)), { recursive: true })
  }
  // Types alone: what DApps import as `ela/runtime`.
  cpSync(path.join(root, 'src/runtime/capabilities/env.ts'), path.join(fresh, 'runtime.d.ts'))
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
} catch (error) {
  rmSync(fresh, { recursive: true, force: true })
  if (!Array.isArray(error?.errors)) throw error
  process.exitCode = 1
}
