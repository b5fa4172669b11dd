/**
 * Everything a fresh clone needs before `npm start` and `npm test`: the packages of the lock file
 * (no install scripts) and a build. Quick when there is nothing to do.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const lock = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .digest('hex')
const stamp = path.join(root, 'node_modules', '.ela-setup')

function run(file, args) {
  // npm on Windows is a .cmd file, which only a shell can start.
  const { status } = spawnSync(file, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    process.stderr.write(`error: \`${file} ${args.join(' ')}\` failed.\n`)
    process.exit(4)
  }
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  process.stderr.write('Installing packages…\n')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  writeFileSync(stamp, lock)
}

const built = path.join(root, 'dist', 'main.js')
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => path.join(root, 'src', file))
  .concat(path.join(root, 'bin', 'build.js'), path.join(root, 'package.json'))
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs))
if (!existsSync(built) || statSync(built).mtimeMs < newest) {
  process.stderr.write('Building…\n')
  run(process.execPath, [path.join(root, 'bin', 'build.js')])
}
