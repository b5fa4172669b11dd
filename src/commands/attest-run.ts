import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { version as toolVersion } from '../base/version.ts'
import { openArchive } from '../bundle/byte-source.ts'
import { BundleError } from '../bundle/errors.ts'
import {
  type Built,
  encodeProvenance,
  parseProvenance,
  provenanceMessage,
  statementOf,
  tellProvenance,
} from '../bundle/provenance.ts'
import { readHead } from '../bundle/read-bundle.ts'
import type { Context } from './context.ts'
import { projectFolder } from './project-folder.ts'
import { type SignFlags, signerOf } from './sign-run.ts'

export interface AttestFlags extends SignFlags {
  readonly source?: string
  readonly dirty?: boolean
}

const run = promisify(execFile)
/** A build on somebody's machine, of which nobody knows more. */
const LOCAL_BUILDER = 'urn:x-elastos:ela:local'

export async function runAttest(
  typed: string,
  flags: AttestFlags,
  context: Context,
): Promise<void> {
  const file = path.resolve(context.cwd, typed)
  const { bundleId, app, version, seq } = await headOf(file)
  const signer = await signerOf(app, flags, context)
  const folder = projectFolder(context.cwd)
  const payload = statementOf({
    ...{ archive: path.basename(file), sha256: await digestOf(file), bundleId, app, version, seq },
    ...builderOf(context),
    source: await sourceOf(folder, flags, context),
    lockSha256: lockDigest(folder),
    tool: toolVersion,
  })
  const signatures = [await signer.sign(provenanceMessage(payload))]
  const bytes = encodeProvenance(payload, signatures)
  const target = provenanceFileOf(file)
  writeFileAtomic(target, bytes)
  const told = tellProvenance(parseProvenance(bytes))
  const data = { bundleId, file: target, kid: signatures[0]?.kid ?? '', ...told }
  context.printer.answer('attest', data, ({ kid, builder, source, commit }) =>
    [
      target,
      bundleId,
      `built by   ${builder}`,
      `from       ${source === '' ? 'nobody knows: this is no git repository' : `${source} ${commit}`}`,
      `signed by  ${kid}`,
    ].join('\n'),
  )
}

/** Where the statement about a bundle is. */
export function provenanceFileOf(file: string): string {
  return file.replace(/(?:\.dapp)?\.tgz$/, '').concat('.provenance.json')
}

/** SHA-256 of a file, hex. */
export async function digestOf(file: string): Promise<string> {
  const sum = createHash('sha256')
  for await (const part of createReadStream(file)) sum.update(part as Buffer)
  return sum.digest('hex')
}

async function headOf(file: string) {
  const source = await openArchive(file)
  try {
    const { bundleId, manifest } = await readHead(source)
    const { app, version, seq } = manifest
    return { bundleId, app, version, seq }
  } finally {
    await source.close()
  }
}

/** @see https://docs.github.com/en/actions/reference/variables-reference */
function builderOf({ env }: Context): Pick<Built, 'builder' | 'invocation'> {
  const { GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow } = env
  if (env['GITHUB_ACTIONS'] !== 'true' || !server || !workflow) {
    return { builder: LOCAL_BUILDER, invocation: undefined }
  }
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id, GITHUB_RUN_ATTEMPT: attempt } = env
  const invocation = `${server}/${repository}/actions/runs/${id}/attempts/${attempt ?? '1'}`
  return { builder: `${server}/${workflow}`, invocation }
}

/** Throws `bundle/dirtyTree`. */
async function sourceOf(
  folder: string,
  { source, dirty }: AttestFlags,
  context: Context,
): Promise<Built['source']> {
  const commit = context.env['GITHUB_SHA'] ?? (await git(folder, 'rev-parse', 'HEAD'))
  if (commit === undefined || commit === '') return undefined
  const changed = await git(folder, 'status', '--porcelain', '--untracked-files=no')
  if (dirty !== true && (changed ?? '') !== '') throw BundleError.dirtyTree(changed ?? '')
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = context.env
  const github = server && repository ? `${server}/${repository}` : undefined
  const origin = source ?? github ?? (await git(folder, 'remote', 'get-url', 'origin')) ?? ''
  return { uri: sourceUri(origin), commit }
}

/** Without the password that some put into the address. */
function sourceUri(origin: string): string {
  if (origin === '') return 'urn:x-elastos:source:unnamed'
  const plain = origin.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1')
  if (/^(?:git\+|urn:)/.test(plain)) return plain
  // `git@host:owner/name`, as ssh writes it.
  const [, host, below] = /^([^/:]+):(?!\/\/)(.+)$/.exec(plain) ?? []
  return host === undefined ? `git+${plain}` : `git+ssh://${host}/${below}`
}

async function git(folder: string, ...words: readonly string[]): Promise<string | undefined> {
  try {
    return (await run('git', [...words], { cwd: folder })).stdout.trim()
  } catch {
    return undefined
  }
}

function lockDigest(folder: string): string | undefined {
  const file = path.join(folder, 'package-lock.json')
  if (!existsSync(file)) return undefined
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
