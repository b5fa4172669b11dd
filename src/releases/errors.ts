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
  notFresh: (url: string, cause: unknown) => ({
    message: `${url} does not keep up with its chain: what was released or revoked lately, it cannot say.`,
    hint: 'Ask another node, with `--esc URL` and `--eid URL`.',
    exit: 'unreachable',
    cause,
  }),
  damagedState: (file: string, why: string) => ({
    message: `${file} cannot be read: ${why}.`,
    hint: 'Remove it and install the app again.',
    exit: 'environment',
  }),
  damagedJournal: (place: string) => ({
    message: `${place} is no line of a journal.`,
    hint: 'Move the journal away: the chain still knows what was published.',
    exit: 'environment',
  }),
  unwritable: (file: string, why: string, cause: unknown) => ({
    message: `${file} cannot be written: ${why}.`,
    exit: 'environment',
    cause,
  }),
  notNewer: (seq: number, latest: number) => ({
    message: `The bundle is release ${seq}, and the registry has release ${latest} already.`,
    hint: `Pack it as a later one: \`ela pack --seq ${latest + 1}\`.`,
    exit: 'refused',
  }),
  tooManyPlaces: (bytes: number, limit: number) => ({
    message: `The places to fetch it from are ${bytes} bytes long together; the registry takes ${limit}.`,
    hint: 'Leave out some of `--location`.',
    exit: 'misused',
  }),
  otherPrev: (said: string, published: string) => ({
    message: `The bundle says it follows ${said}; the newest release is ${published}.`,
    hint: `Pack it with \`--prev ${published}\`.`,
    exit: 'refused',
  }),
  notYours: (app: string, owner: string, you: string) => ({
    message: `${app} belongs to ${owner}, and ${you} may not publish for it.`,
    hint: 'Its owner can let you, for a time: `ela release delegate`.',
    exit: 'refused',
  }),
  claimNeedsKey: (app: string) => ({
    message: `Nobody claimed ${app} in the registry, and its key is not at hand.`,
    hint: 'Publish once where the key of the DID is; others can publish for it then.',
    exit: 'refused',
  }),
  tooDear: (cost: string, limit: string) => ({
    message: `Publishing may cost ${cost} ELA, more than ${limit}.`,
    hint: 'Raise `--max-fee`, or wait until gas is cheaper.',
    exit: 'refused',
  }),
  moreCapabilities: (added: readonly string[]) => ({
    message: `The release asks for more than the one before it: ${added.join('; ')}.`,
    hint: 'If that is right: `--accept-capabilities`.',
    exit: 'answerNeeded',
  }),
  patchAsksMore: (version: string, before: string, added: readonly string[]) => ({
    message: `${version} only patches ${before}, and asks for more: ${added.join('; ')}.`,
    hint: 'Whoever updates must see it: raise the minor or major version.',
    exit: 'refused',
  }),
  noChannel: (app: string, channel: string, known: readonly string[]) => ({
    message: `${app} has no channel \`${channel}\`.`,
    hint: known.length === 0 ? 'It has none at all.' : `It has ${known.join(', ')}.`,
    exit: 'refused',
  }),
  noRelease: (app: string, wanted: string) => ({
    message: `${app} has no release ${wanted}.`,
    hint: 'See `ela release list`.',
    exit: 'refused',
  }),
  yanked: (app: string, seq: number, channel: string) => ({
    message: `Channel \`${channel}\` of ${app} points at release ${seq}, which was yanked.`,
    hint: 'Name the release to have it nevertheless, or wait until the channel moves on.',
    exit: 'refused',
  }),
  notFetched: (what: string, tried: readonly string[]) => ({
    message: `${what} could not be fetched: ${tried.join('; ')}.`,
    hint: 'Name a store that has it: `--store kubo:URL`.',
    exit: 'unreachable',
  }),
  otherApp: (wanted: string, found: string) => ({
    message: `The bundle is of ${found}, not of ${wanted}.`,
    exit: 'notVerified',
  }),
  notInstalled: (app: string) => ({
    message: `${app} is not installed.`,
    hint: 'Install it with `ela install`.',
    exit: 'misused',
  }),
  notBack: (channel: string, now: number, wanted: number) => ({
    message: `\`${channel}\` points at release ${now}, and ${wanted} is not before it.`,
    hint: 'Move a channel anywhere with `ela release channel`.',
    exit: 'misused',
  }),
  noFile: (file: string) => ({
    message: `There is no file ${file}.`,
    hint: 'Give a bundle, a content id, or the DID of an app.',
    exit: 'misused',
  }),
  offlineNeedsFile: (app: string) => ({
    message: `Without a chain nobody can say which release of ${app} is meant.`,
    hint: 'Give the file of the bundle, or leave `--offline` out.',
    exit: 'misused',
  }),
  noRegistry: () => ({
    message: 'No registry of releases can be asked: no devnet with ESC is running.',
    hint: 'Name one with `--esc URL --registry ADDRESS`; a file can be installed `--offline`.',
    exit: 'devnetState',
  }),
})
