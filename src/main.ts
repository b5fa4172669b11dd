/** The process around the command line: streams, signals, exit code. */
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

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  // Under `npm run` the working directory is the package's; the user's is handed on by name.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  get signal() {
    cleansUp = true
    return stopping.signal
  },
})
process.exitCode = endedBy === undefined ? code : codes[endedBy]
