/** The process around the command line: streams, signals, exit code. */
import path from 'node:path'
import { run } from './cli.ts'

const stopping = new AbortController()
let endedBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined
let cleansUp = false

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // A command that never looked at the signal has nothing to clean up; a second signal means now.
    if (!cleansUp || endedBy !== undefined) process.exit(codes[name])
    endedBy = name
    stopping.abort(name)
  })
}

// `ela … | head` closes our stdout: that is the reader's choice, no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Programs that are started without a word about their environment get this process's own.
const env = { ...process.env }
for (const name of ['ELA_KEYSTORE_JSON', 'ELA_KEYSTORE_PASSWORD']) delete process.env[name]

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env,
  cwd: whereTheUserStands(),
  get signal() {
    cleansUp = true
    return stopping.signal
  },
})

/**
 * Under `npm run ela` in this repository the working directory is the repository; npm hands the
 * user's on by name. A project's own scripts, and what they start elsewhere, mean their own folder.
 */
function whereTheUserStands(): string {
  const { env } = process
  const here = process.cwd()
  const isOurScript = env['npm_lifecycle_event'] === 'ela' && env['npm_package_name'] === 'ela'
  const isThere = here === path.dirname(env['npm_package_json'] ?? '')
  return (isOurScript && isThere ? env['INIT_CWD'] : undefined) ?? here
}

process.exitCode = endedBy === undefined ? code : codes[endedBy]
