import { defineErrors, messageOf } from '../base/errors.ts'

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
})
