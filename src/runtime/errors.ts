import { defineErrors } from '../base/errors.ts'

export const RuntimeError = defineErrors('runtime', {
  portBusy: (port: number, cause: unknown) => ({
    message: `Port ${port}, which the DApp wants, is in use.`,
    hint: 'End the program that holds it, set `dapp.port` in the config, or leave out `--strict-ports`.',
    exit: 'environment',
    cause,
  }),
  portForbidden: (port: number, cause: unknown) => ({
    message: `Port ${port}, which the DApp wants, may not be used by you.`,
    hint: 'Set `dapp.port` in the config to 1024 or more.',
    exit: 'environment',
    cause,
  }),
})
