import { defineErrors } from '../../base/errors.ts'

export const GatewayError = defineErrors('runtime', {
  gatewaySocket: (socket: string, why: string) => ({
    message: `The gateway cannot listen on ${socket}: ${why}.`,
    hint: 'Set XDG_RUNTIME_DIR or TMPDIR to a folder with a shorter path.',
    exit: 'environment',
  }),
})
