/** Every command: its name, one line of help, and how to load it. A new command is one line here. */
import type { Command } from 'commander'
import type { Context } from './context.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Groups `ela --help`. */
  readonly group: 'Start' | 'Bundle' | 'Devnet' | 'Coins and identity' | 'Help'
  readonly load: () => Promise<{ define(command: Command, context: Context): void }>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'make a new DApp from a template',
    group: 'Start',
    load: () => import('./init.ts'),
  },
  {
    name: 'dev',
    summary: 'start a whole Elastos and the DApp, and show both live',
    group: 'Start',
    load: () => import('./dev.ts'),
  },
  {
    name: 'exec',
    summary: 'run a command with a devnet of its own, for tests and CI',
    group: 'Start',
    load: () => import('./exec.ts'),
  },
  {
    name: 'test',
    summary: "run the project's tests",
    group: 'Start',
    load: () => import('./test.ts'),
  },
  {
    name: 'ci',
    summary: 'check all that must hold before a release',
    group: 'Start',
    load: () => import('./ci.ts'),
  },
  {
    name: 'run',
    summary: 'run a signed DApp in a sandbox, with only what you grant it',
    group: 'Start',
    load: () => import('./run.ts'),
  },
  {
    name: 'ps',
    summary: 'show the DApps that run, who they are and what they use',
    group: 'Start',
    load: () => import('./ps.ts'),
  },
  {
    name: 'stop',
    summary: 'end a DApp that runs',
    group: 'Start',
    load: () => import('./stop.ts'),
  },
  {
    name: 'pack',
    summary: 'put a DApp into one file that anybody can check',
    group: 'Bundle',
    load: () => import('./pack.ts'),
  },
  {
    name: 'inspect',
    summary: 'show what is in a bundle',
    group: 'Bundle',
    load: () => import('./inspect.ts'),
  },
  {
    name: 'sign',
    summary: 'sign a bundle for the DID of its app',
    group: 'Bundle',
    load: () => import('./sign.ts'),
  },
  {
    name: 'attest',
    summary: 'say, signed, where a bundle comes from',
    group: 'Bundle',
    load: () => import('./attest.ts'),
  },
  {
    name: 'verify',
    summary: 'check a bundle, and unpack it when asked to',
    group: 'Bundle',
    load: () => import('./verify-bundle.ts'),
  },
  {
    name: 'export',
    summary: 'make of a bundle what another runtime takes',
    group: 'Bundle',
    load: () => import('./export.ts'),
  },
  {
    name: 'import',
    summary: 'make a project of a DApp in another format',
    group: 'Bundle',
    load: () => import('./import.ts'),
  },
  {
    name: 'publish',
    summary: 'put a bundle where others can fetch it, and release it',
    group: 'Bundle',
    load: () => import('./publish.ts'),
  },
  {
    name: 'install',
    summary: 'fetch, verify and keep a release of a DApp',
    group: 'Bundle',
    load: () => import('./install.ts'),
  },
  {
    name: 'update',
    summary: 'bring installed DApps to what their channels point at',
    group: 'Bundle',
    load: () => import('./update.ts'),
  },
  {
    name: 'release',
    summary: 'list, move, withdraw and revoke releases of an app',
    group: 'Bundle',
    load: () => import('./release.ts'),
  },
  {
    name: 'grants',
    summary: 'see and take back what DApps were granted',
    group: 'Bundle',
    load: () => import('./grants.ts'),
  },
  {
    name: 'accounts',
    summary: 'show the funded accounts every devnet has',
    group: 'Coins and identity',
    load: () => import('./accounts.ts'),
  },
  {
    name: 'balance',
    summary: 'show what accounts own on the three chains',
    group: 'Coins and identity',
    load: () => import('./balance.ts'),
  },
  {
    name: 'did',
    summary: 'make, publish and look up identities',
    group: 'Coins and identity',
    load: () => import('./did.ts'),
  },
  {
    name: 'app',
    summary: 'register the DID of an app, and check what wallets check',
    group: 'Coins and identity',
    load: () => import('./app.ts'),
  },
  {
    name: 'credential',
    summary: 'issue, publish, revoke and check credentials',
    group: 'Coins and identity',
    load: () => import('./credential.ts'),
  },
  {
    name: 'presentation',
    summary: 'check credentials that somebody shows',
    group: 'Coins and identity',
    load: () => import('./presentation.ts'),
  },
  {
    name: 'faucet',
    summary: 'give coins of the devnet to an address',
    group: 'Coins and identity',
    load: () => import('./faucet.ts'),
  },
  {
    name: 'keys',
    summary: 'keep keys of your own, encrypted under a password',
    group: 'Coins and identity',
    load: () => import('./keys.ts'),
  },
  {
    name: 'send',
    summary: 'send coins of a devnet account',
    group: 'Coins and identity',
    load: () => import('./send.ts'),
  },
  {
    name: 'wallet',
    summary: "answer DApps' requests as the phone wallet would",
    group: 'Coins and identity',
    load: () => import('./wallet.ts'),
  },
  {
    name: 'node',
    summary: 'start, stop and look at the devnet without a DApp',
    group: 'Devnet',
    load: () => import('./node.ts'),
  },
  {
    name: 'logs',
    summary: 'read or follow what the nodes and the DApp print',
    group: 'Devnet',
    load: () => import('./logs.ts'),
  },
  {
    name: 'mine',
    summary: 'make blocks now',
    group: 'Devnet',
    load: () => import('./mine.ts'),
  },
  {
    name: 'carrier',
    summary: 'show the Carrier nodes and who knows whom',
    group: 'Devnet',
    load: () => import('./carrier.ts'),
  },
  {
    name: 'doctor',
    summary: 'say how well this machine can isolate DApps, and what is missing',
    group: 'Help',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    group: 'Help',
    load: () => import('./completion.ts'),
  },
  {
    name: 'help',
    summary: 'explain a command, the exit codes or the environment',
    group: 'Help',
    load: () => import('./help.ts'),
  },
]
