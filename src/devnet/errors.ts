import { defineErrors, messageOf } from '../base/errors.ts'
import { suggestion } from '../base/nearest-word.ts'

/** All that can go wrong with a devnet. */
export const DevnetError = defineErrors('devnet', {
  notRunning: (where: string) => ({
    message: `No devnet is running in ${where} or in a folder above it.`,
    hint: 'Start one with `ela dev`, or with `ela node start --detach` to keep the terminal.',
    exit: 'devnetState',
  }),
  sessionGone: (file: string) => ({
    message: `ELA_SESSION names ${file}, but no devnet is running there.`,
    hint: 'Unset ELA_SESSION to look for a devnet of this folder, or start one with `ela dev`.',
    exit: 'devnetState',
  }),
  stillStarting: (pid: number, folder: string) => ({
    message: `The devnet of ${folder} (pid ${pid}) is still starting.`,
    hint: 'Try again in a second; `ela logs` shows what it does.',
    exit: 'devnetState',
  }),
  alreadyRunning: (pid: number, folder: string) => ({
    message: `A devnet is already running in ${folder} (pid ${pid}).`,
    hint: 'Use it (`ela node status`), or stop it with `ela node stop`.',
    exit: 'devnetState',
  }),
  stateUnreadable: (file: string, why: string) => ({
    message: `${file} is not what \`ela\` wrote there: ${why}.`,
    hint: 'Nothing was changed. Look at the file, or start anew with `ela dev --reset`.',
    exit: 'environment',
  }),
  sessionUnreadable: (file: string, why: string) => ({
    message: `${file} is not what \`ela\` wrote there: ${why}.`,
    hint: 'Nothing was changed. No chain depends on this file: remove it, and start again.',
    exit: 'environment',
  }),
  folderUnusable: (folder: string, cause: unknown) => ({
    message: `The devnet cannot keep its state in ${folder}: ${messageOf(cause)}.`,
    hint: 'Check who owns the folder, whether it is writable, and whether the disk is full.',
    exit: 'environment',
    cause,
  }),
  nodeNotRunning: (node: string, running: readonly string[]) => ({
    message: `This devnet runs without \`${node}\`.`,
    hint: `It runs ${running.join(', ')}. Start it with \`${node}\` among \`--only\`, or without \`--only\`.`,
    exit: 'devnetState',
  }),
  unknownNode: (name: string, known: readonly string[]) => ({
    message: `There is no node called \`${name}\`.`,
    hint: suggestion(name, known),
    exit: 'misused',
  }),
  portBusy: (port: number, whose: string, holder: string) => ({
    message: `Port ${port} (${whose}) is held by ${holder}.`,
    hint: 'End that program, choose other ports with `--port-base`, or leave out `--strict-ports`.',
    exit: 'environment',
  }),
  noPorts: (first: number) => ({
    message: `No block of free ports was found from ${first} upwards.`,
    hint: 'Choose where to look with `--port-base`.',
    exit: 'environment',
  }),
  otherGenesis: (file: string, was: string, wanted: string) => ({
    message: `The state in ${file} was made with ${was}, but now ${wanted} is wanted.`,
    hint: 'Go back to the former settings, or begin a new chain with `--reset`.',
    exit: 'environment',
  }),
  noLogs: (folder: string) => ({
    message: `There are no logs in ${folder} or in a folder above it.`,
    hint: 'A devnet writes them: start one with `ela dev`.',
    exit: 'devnetState',
  }),
  logsUnreadable: (folder: string, cause: unknown) => ({
    message: `The logs in ${folder} cannot be read: ${messageOf(cause)}.`,
    hint: 'Check who owns them; a devnet that was started by another user wrote its logs as that user.',
    exit: 'environment',
    cause,
  }),
  cannotMine: (node: string, able: readonly string[]) => ({
    message: `\`${node}\` makes no blocks.`,
    hint: `Choose from: ${able.join(', ')}.`,
    exit: 'misused',
  }),
  notUp: (node: string) => ({
    message: `\`${node}\` is not running at the moment.`,
    hint: `Its log: \`ela logs ${node}\`. Start it with \`ela node restart ${node}\`.`,
    exit: 'devnetState',
  }),
  noDapp: () => ({
    message: 'This devnet runs without a DApp.',
    hint: 'A DApp is started by `ela dev`.',
    exit: 'devnetState',
  }),
  adminSilent: (url: string, cause: unknown) => ({
    message: `The devnet's admin port ${url} does not answer: ${messageOf(cause)}.`,
    hint: 'Look at `ela node status`; `ela node stop` ends a devnet that hangs.',
    exit: 'unreachable',
    cause,
  }),
  notStopping: (pid: number, ms: number) => ({
    message: `The devnet (pid ${pid}) did not end within ${ms} ms.`,
    hint: `End it with \`kill -9 ${pid}\`; what it leaves is cleaned up at the next start.`,
  }),
})
