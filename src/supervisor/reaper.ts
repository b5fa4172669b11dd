/**
 * Ends what is left when this process is killed so that it cannot clean up itself (`kill -9`).
 *
 * A shell of its own session waits on a pipe that closes with us. One second later, which is what
 * children that watch their standard input need to end well, it kills the process groups it was
 * told of and, where the system shows environments, all that carries our mark.
 */
import { spawn } from 'node:child_process'

/** Environment variable that marks everything one run has started. */
export const RUN_MARK = 'ELA_DEVNET_RUN'

const SCRIPT = `
while read -r line; do told=$line; done
[ "$told" = rest ] && exit 0
sleep 1
for group in $told; do kill -s KILL -- "-$group"; done
for file in $(grep -lzsx "${RUN_MARK}=$1" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -s KILL "\${pid%/environ}"
done
`

export interface Reaper {
  /** Replaces the list of process groups that must not outlive this process. */
  tell(groups: readonly number[]): void
  /** All is clean: the reaper ends without doing anything. */
  rest(): Promise<void>
}

export function startReaper(run: string): Reaper {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'ela-reaper', run], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const gone = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve())
    // Without a shell nothing is reaped now; leftovers are found at the next start.
    shell.once('error', () => resolve())
  })
  shell.stdin.on('error', () => {})
  shell.unref()
  return {
    tell: (groups) => void shell.stdin.write(`${groups.join(' ')}\n`),
    async rest() {
      shell.ref()
      shell.stdin.end('rest\n')
      await gone
    },
  }
}
