/** Which folder a command means. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const CONFIG_FILE = /^ela\.config\.(m?[jt]s|json)$/

/** The nearest folder upwards with a config, or else with a devnet's state, or else `cwd` itself. */
export function projectFolder(cwd: string): string {
  const folders = upwards(path.resolve(cwd))
  const hasConfig = (folder: string) =>
    existsSync(folder) && readdirSync(folder).some((name) => CONFIG_FILE.test(name))
  const hasState = (folder: string) => existsSync(path.join(folder, '.ela', 'devnet.json'))
  return folders.find(hasConfig) ?? folders.find(hasState) ?? path.resolve(cwd)
}

/** A folder and all above it. */
export function upwards(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...upwards(parent)]
}
