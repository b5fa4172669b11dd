import { defineErrors } from '../../base/errors.ts'

const SUPPORTED = 'Supported: linux x64 and arm64 (glibc), darwin x64 and arm64, win32 x64.'

export const EvmError = defineErrors('evm', {
  engineMissing: (name: string) => ({
    message: `The EVM engine for this machine is not installed: the package \`${name}\` is missing.`,
    hint: `Run \`npm install --include=optional\`. ${SUPPORTED}`,
    exit: 'environment',
  }),
  platformUnsupported: (platform: string) => ({
    message: `There is no EVM engine (\`@foundry-rs/anvil\`) for ${platform}.`,
    hint: SUPPORTED,
    exit: 'environment',
  }),
  engineEnded: (how: string, said: string) => ({
    message: `The EVM engine ended (${how})${said === '' ? '' : `: ${said}`}.`,
  }),
  engineSilent: (limitMs: number) => ({
    message: `The EVM engine did not answer within ${limitMs} ms.`,
  }),
  engineGone: () => ({ message: 'The EVM engine is gone.', exit: 'unreachable' }),
  engineRefused: (method: string, message: string) => ({
    message: `The EVM engine refused ${method}: ${message}.`,
  }),
  stateDamaged: (file: string, what: string) => ({
    message: `The chain's saved state in \`${file}\` is damaged: ${what}.`,
    hint: 'Put a copy of its folder back, or start a new chain with `ela dev --reset`.',
    exit: 'environment',
  }),
  stateShortened: (file: string, bytes: number, known: number) => ({
    message: `The chain's saved state in \`${file}\` is damaged: it has ${bytes} bytes and had ${known}.`,
    hint:
      `Put a copy of its folder back, with the \`.length\` file of that time (or none), or start ` +
      `a new chain with \`ela dev --reset\`.`,
    exit: 'environment',
  }),
  folderUnwritable: (folder: string, cause: unknown) => ({
    message: `The folder \`${folder}\` cannot be written.`,
    hint: 'Free some space or give this user the right to write there.',
    exit: 'environment',
    cause,
  }),
  portBusy: (port: number, cause: unknown) => ({
    message: `Port ${port} is in use by another program.`,
    exit: 'environment',
    cause,
  }),
  sameCallWaits: () => ({
    message: 'The same operation of this account waits for the next block already.',
    hint: 'Make a block (`ela mine`) and look at its receipt.',
    exit: 'refused',
  }),
  badOption: (kind: string, name: string, why: string) => ({
    message: `The option \`${name}\` of ${kind} ${why}.`,
    hint: 'Options of nodes are in `devnet.options` of the config, and in flags of `ela node start`.',
    exit: 'misused',
  }),
  forkUnreachable: (url: string, cause: unknown) => ({
    message: `The chain to fork from does not answer at ${url}.`,
    hint: 'Check the address, or begin without `forkUrl`.',
    exit: 'unreachable',
    cause,
  }),
  otherFork: (was: string, is: string) => ({
    message: `The saved chain is ${was}, and now ${is} is wanted.`,
    hint: 'Start as before, or begin anew with `--reset`.',
    exit: 'misused',
  }),
  badSettings: (what: string) => ({
    message: `The settings of the node are wrong: ${what}.`,
    exit: 'misused',
  }),
})
