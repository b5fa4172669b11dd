import { defineErrors, messageOf } from '../../base/errors.ts'

/** All that can go wrong with a Carrier node as a program. */
export const CarrierNodeError = defineErrors('carrier', {
  portInUse: (protocol: 'UDP' | 'TCP', host: string, port: number) => ({
    message: `${protocol} port ${port} of ${host} is in use.`,
    hint: 'Stop the program that holds it, or choose other ports with `--port-base`.',
    exit: 'environment',
  }),
  cannotListen: (address: string, cause: unknown) => ({
    message: `The Carrier node cannot listen on ${address}: ${messageOf(cause)}.`,
    exit: 'environment',
    cause,
  }),
  badArguments: (why: string) => ({
    message: `The Carrier node was started with wrong arguments: ${why}.`,
    exit: 'misused',
  }),
  unreadable: (file: string, cause: unknown) => ({
    message: `${file} cannot be read: ${messageOf(cause)}.`,
    hint: 'Check that the file belongs to you, or delete it: it only saves time at the next start.',
    exit: 'environment',
    cause,
  }),
  notWritable: (file: string, cause: unknown) => ({
    message: `${file} cannot be written: ${messageOf(cause)}.`,
    hint: 'Check that the folder exists, belongs to you and has free space.',
    exit: 'environment',
    cause,
  }),
  unhealthy: (url: string, what: string) => ({
    message: `The Carrier node at ${url} answered ${what}.`,
    hint: 'Another program may hold its port; see `ela node status`.',
    exit: 'unreachable',
  }),
})
