/** Where the engine's program is. Its npm wrapper costs 250 ms and leaves orphans, so it is not used. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { EvmError } from './errors.ts'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const platforms = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64', 'win32-amd64']

/**
 * The anvil binary that npm installed for this machine.
 * Throws `evm/platformUnsupported` and `evm/engineMissing`.
 *
 * @param from a file or `file:` URL whose `node_modules` folders are searched
 */
export function anvilBinary(
  from: string,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): string {
  const target = `${platform}-${architectures[arch] ?? arch}`
  if (!platforms.includes(target)) throw EvmError.platformUnsupported(`${platform} on ${arch}`)
  const name = `@foundry-rs/anvil-${target}`
  const require = createRequire(from)
  let folder: string
  try {
    folder = path.dirname(require.resolve(`${name}/package.json`))
  } catch {
    throw EvmError.engineMissing(name)
  }
  const file = path.join(folder, 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil')
  if (!existsSync(file)) throw EvmError.engineMissing(name)
  return file
}
