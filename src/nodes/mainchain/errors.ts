import { defineErrors } from '../../base/errors.ts'

const START_OVER =
  'Start over with `ela dev --reset`, or put back a copy of the file from a backup or snapshot.'

/** All that can go wrong with the main chain node as a program. */
export const MainchainError = defineErrors('mainchain', {
  corrupted: (file: string, at: number, what: string) => ({
    message: `${file} is damaged at byte ${at}: ${what}.`,
    hint: START_OVER,
    exit: 'environment',
  }),
  shortened: (file: string, bytes: number, known: number) => ({
    message: `${file} has lost blocks: it has ${bytes} bytes and had ${known}.`,
    hint:
      'Put back a copy from a backup or snapshot, and the file `blocks.dat.length` of that time ' +
      '(or none); or start over with `ela dev --reset`.',
    exit: 'environment',
  }),
  otherChain: (file: string, found: string, wanted: string) => ({
    message: `${file} holds a chain with genesis ${found}, but the settings give ${wanted}.`,
    hint: 'Put the settings back as they were, or start over with `ela dev --reset`.',
    exit: 'environment',
  }),
  folderInUse: (folder: string, pid: number) => ({
    message: `${folder} is in use by another main chain node, process ${pid}.`,
    hint: 'Stop it first with `ela node stop`.',
    exit: 'devnetState',
  }),
  portBusy: (name: string, port: number, cause: unknown) => ({
    message: `The ${name} port ${port} of the main chain node is in use.`,
    hint: 'Stop the program that holds it, or move the ports with `--port-base`.',
    exit: 'environment',
    cause,
  }),
  notWritable: (file: string, cause: unknown) => ({
    message: `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}.`,
    hint: 'Check that the folder exists, belongs to you and has free space.',
    exit: 'environment',
    cause,
  }),
  badOptions: (where: string, why: string) => ({
    message: `The main chain options in ${where} are wrong: ${why}.`,
    hint: 'The file is written by `ela dev`; options come from `ela.config.ts`.',
    exit: 'misused',
  }),
  genesisRefused: (position: number, why: string) => ({
    message: `Genesis transaction ${position} was refused: ${why}.`,
    hint: 'It must be signed by the foundation key and spend the genesis coin.',
    exit: 'misused',
  }),
  blockRefused: (why: string) => ({ message: `The block was refused: ${why}.`, exit: 'refused' }),
  unhealthy: (url: string, what: string) => ({
    message: `The main chain node at ${url} answered ${what}.`,
    hint: 'See its log with `ela logs mainchain`.',
    exit: 'unreachable',
  }),
})
