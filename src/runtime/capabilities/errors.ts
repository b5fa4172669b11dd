import { defineErrors } from '../../base/errors.ts'

/**
 * What a DApp is told when a call does not succeed. Exit `refused` counts as a denial; everything
 * else is bad input or bad luck.
 */
export const CallError = defineErrors('capability', {
  notAlive: () => ({ message: 'This instance has been ended.', exit: 'refused' }),
  noToken: () => ({ message: 'The token of the instance is missing or wrong.', exit: 'refused' }),
  notTheGateway: () => ({
    message: 'Only http://ela.gateway can be reached here.',
    exit: 'refused',
  }),
  tunnel: (verb: string) => ({ message: `${verb} is refused here.`, exit: 'refused' }),
  unknownPath: () => ({ message: 'There is no such service or method.', exit: 'refused' }),
  wrongVerb: () => ({ message: 'Methods are called with POST.', exit: 'misused' }),
  tooLong: (limit: number) => ({
    message: `The arguments are longer than ${limit} bytes.`,
    exit: 'misused',
  }),
  notGranted: (name: string, why: string) => ({
    message: `The capability \`${name}\` ${why}.`,
    exit: 'refused',
  }),
  tooFast: () => ({ message: 'Too many calls or bytes a second.', exit: 'failed' }),
  tooMany: (most: number) => ({ message: `More than ${most} calls at once.`, exit: 'failed' }),
  badBody: (why: string) => ({
    message: `The body is no list of arguments: ${why}.`,
    exit: 'misused',
  }),
  badArgument: (name: string, wanted: string) => ({
    message: `\`${name}\` must be ${wanted}.`,
    exit: 'misused',
  }),
  tooManyArguments: (most: number) => ({
    message: `It takes at most ${most} arguments.`,
    exit: 'misused',
  }),
  failed: (name: string, cause: unknown) => ({
    message: `The service \`${name}\` failed.`,
    cause,
  }),
  notDeclared: (what: string) => ({
    message: `The manifest does not ask for ${what}.`,
    exit: 'refused',
  }),
  notReadable: (chain: string, method: string) => ({
    message: `DApps cannot call ${JSON.stringify(method)} on \`${chain}\`.`,
    exit: 'refused',
  }),
  notHere: (what: string) => ({
    message: `${what} is not available where this DApp runs.`,
    exit: 'unreachable',
  }),
  noProvider: (service: string, tried: readonly { provider: string; why: string }[]) => ({
    message: `Nobody answers for \`${service}\` (${tried.length} asked).`,
    exit: 'unreachable',
    cause: tried,
  }),
  nodeSaidNo: (message: string, code: number) => ({
    message: `The node answered: ${message} (${code}).`,
    exit: 'failed',
  }),
  serviceSaidNo: (message: string, code: number) => ({
    message: `The service answered: ${message} (${code}).`,
    exit: 'failed',
  }),
  overQuota: (most: number) => ({
    message: `That would be more than the ${most} bytes it may keep.`,
    exit: 'failed',
  }),
  storageFailed: (cause: unknown) => ({
    message: 'The storage of this machine failed.',
    exit: 'environment',
    cause,
  }),
  privateAddress: (host: string) => ({
    message: `\`${host}\` leads to a private address.`,
    exit: 'refused',
  }),
  redirected: (why: string) => ({
    message: `The site sends on to another place, which is not followed: ${why}.`,
    exit: 'refused',
  }),
  siteFailed: (why: string) => ({
    message: `The site did not answer: ${why}.`,
    exit: 'unreachable',
  }),
  siteTooLong: (most: number) => ({
    message: `The site's answer is longer than ${most} bytes.`,
    exit: 'failed',
  }),
  walletRefused: (why: string) => ({
    message: `The wallet did not do it: ${why}.`,
    exit: 'failed',
  }),
  notYet: (what: string, until: string) => ({
    message: `${what} cannot be used yet: ${until}.`,
    exit: 'failed',
  }),
})

/** HTTP status of what is thrown with this code; 403 for other refusals, 500 for the rest. */
const STATUS: Readonly<Record<string, number>> = {
  'capability/notAlive': 401,
  'capability/noToken': 401,
  'capability/unknownPath': 404,
  'capability/wrongVerb': 405,
  'capability/tooLong': 413,
  'capability/overQuota': 413,
  'capability/nodeSaidNo': 502,
  'capability/serviceSaidNo': 502,
  'capability/siteTooLong': 502,
  'capability/tooFast': 429,
  'capability/tooMany': 429,
  'capability/notYet': 501,
}

const BY_EXIT: Readonly<Record<string, number>> = { refused: 403, misused: 400, unreachable: 502 }

export function statusOf({ code, exit }: { code: string; exit: string }): number {
  return STATUS[code] ?? BY_EXIT[exit] ?? 500
}
