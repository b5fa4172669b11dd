/** `ela run`: a DApp behind its gate, in a sandbox of its own. */
import { type Command, Option } from 'commander'
import type { Context } from './context.ts'
import { repeated } from './json-input.ts'
import type { RunFlags } from './run-dapp.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<what>', 'a bundle, a folder with one, the DID or name of an installed app, a CID')
    .option(
      '--grant <capability>',
      'grant it to this release without a question; may be given again, `all` for everything',
      repeated,
    )
    .addOption(
      new Option('--require-level <level>', 'refuse to run it behind weaker walls').choices([
        'A',
        'B',
        'C',
      ]),
    )
    .option(
      '--service <name=url>',
      'who answers for a service it may call; given again, the nearest that answers',
      repeated,
    )
    .option('--audit', 'print one JSON line for each decision on stderr')
    .option('--audit-file <file>', 'append them to a file instead')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)')
    .option(
      '--eid <url>',
      'EID to ask; given again, all must agree (default: the devnet’s)',
      repeated,
    )
    .option('--esc <url>', 'ESC to ask for the registry (default: that of the devnet)')
    .option('--registry <address>', 'registry of releases on it (default: that of the devnet)')
    .option('--store <store>', 'where content is: kubo:URL or gateway:URL', repeated)
    .option('--lift-denial', 'take it off the deny list of this machine first')
    .addHelpText(
      'after',
      `
Before anything of it runs: every byte is the signed one, its DID on EID is valid and lists the key,
the registry has not revoked it, and no newer release ran here. Otherwise exit code 7 and the reason.
While it runs all of that is looked at again at each new block; a DApp that no longer holds is ended,
and does not start here again. Without a chain a proof of the last 24 hours will do, with less.

What it asks for is asked on the terminal; elsewhere \`--grant\` says so, or exit code 3.

Examples:
  ela run song-shop-1.2.0.dapp.tgz
  ela run did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y --grant storage --grant chain
  ela run song-shop --require-level A --audit
  ela ps                         what runs; \`ela stop song-shop\` ends it`,
    )
    .action(async (what: string, flags: RunFlags) => {
      const { runDapp } = await import('./run-dapp.ts')
      await runDapp(what, flags, context)
    })
}
