import { defineErrors } from '../base/errors.ts'

const DOWNGRADE = 'If you want the older one: `--allow-downgrade`.'

/** All that can go wrong with releases: publishing, installing and running them. */
export const ReleaseError = defineErrors('release', {
  revoked: (app: string, seq: number) => ({
    message: `Release ${seq} of ${app} was revoked by its owner: it is neither installed nor run.`,
    hint: 'Install a newer release; `ela release list` shows them.',
    exit: 'notVerified',
  }),
  belowFloor: (app: string, seq: number, floor: number) => ({
    message: `Release ${seq} of ${app} is below ${floor}, the oldest that its owner still allows.`,
    hint: 'Install a newer release; `ela release list` shows them.',
    exit: 'notVerified',
  }),
  olderThanSeen: (app: string, seq: number, seen: number) => ({
    message: `Release ${seq} of ${app} is older than ${seen}, which was installed here before.`,
    hint: DOWNGRADE,
    exit: 'notVerified',
  }),
  otherBundle: (app: string, seq: number, published: string) => ({
    message: `The registry knows release ${seq} of ${app} as ${published}, not as this bundle.`,
    hint: 'Two bundles have one number. Ask the publisher, or install by the DID of the app.',
    exit: 'notVerified',
  }),
  damagedState: (file: string, why: string) => ({
    message: `${file} cannot be read: ${why}.`,
    hint: 'Remove it and install the app again.',
    exit: 'environment',
  }),
})
