import { defineErrors, messageOf } from '../base/errors.ts'

/** What can go wrong while a bundle is made, signed or read by its owner. */
export const BundleError = defineErrors('bundle', {
  unreadable: (file: string, cause: unknown) => ({
    message: `${file} cannot be read: ${messageOf(cause)}.`,
    exit: 'environment',
    cause,
  }),
  unwritable: (file: string, cause: unknown) => ({
    message: `${file} cannot be written: ${messageOf(cause)}.`,
    exit: 'environment',
    cause,
  }),
  nothingToPack: (folder: string) => ({
    message: `${folder} has no file that goes into a bundle.`,
    hint: 'Folders `.git`, `.github`, `.ela` and `node_modules` and the `ela.config` stay outside.',
    exit: 'misused',
  }),
  unpackable: (path: string, why: string) => ({
    message: `\`${path}\` cannot go into a bundle: ${why}.`,
    hint: 'Rename or remove it, or leave it out with `--exclude`.',
    exit: 'misused',
  }),
  secretInside: (path: string, what: string) => ({
    message: `\`${path}\` holds ${what}, and everybody can read a bundle.`,
    hint: `Move it out of the folder. If it is no secret: \`--allow-secrets ${path}\`.`,
    exit: 'refused',
  }),
  changedMeanwhile: (path: string) => ({
    message: `\`${path}\` was changed while the bundle was made.`,
    hint: 'Pack again when nothing writes into the folder.',
  }),
  badManifest: (why: string) => ({
    message: `The bundle's manifest would not be valid: ${why}.`,
    hint: 'Its fields come from `bundle` in ela.config.ts, package.json and the flags.',
    exit: 'misused',
  }),
  badCapability: (why: string) => ({
    message: `The manifest's \`capabilities\` are not good: ${why}.`,
    hint: 'What a DApp may ask for: `ela help capabilities`.',
    exit: 'notVerified',
  }),
  appNeeded: (name: string) => ({
    message: 'A bundle belongs to the DID of an app, and none is known for this project.',
    hint: `Make one with \`ela did new ${name}\`, or name one with \`--app\`.`,
    exit: 'misused',
  }),
  tooBig: (what: string, found: number, limit: number) => ({
    message: `The bundle is too big: ${what} ${found}, at most ${limit}.`,
    exit: 'misused',
  }),
  otherReader: (why: string) => ({
    message: `Another tar reader finds something else in the bundle: ${why}.`,
    hint: 'The file was removed. This is a defect; report it with the name of the entry.',
  }),
  badKeyId: (kid: string) => ({
    message: `\`${kid}\` is no key of a DID.`,
    hint: 'Write it as `did:elastos:i…#primary`.',
    exit: 'misused',
  }),
  badSigner: (typed: string) => ({
    message: `\`${typed}\` names no signer.`,
    hint: "Write `--signer 'exec:COMMAND'`, with `--kid` for the key it signs with.",
    exit: 'misused',
  }),
  signerFailed: (command: string, how: string) => ({
    message: `The signer \`${command}\` gave no signature: ${how}.`,
    hint: 'It reads {"digest","message","kid","alg"} on stdin and writes {"sig"} on stdout.',
  }),
  targetExists: (folder: string) => ({
    message: `${folder} is already there.`,
    hint: 'Name a folder that does not exist yet.',
    exit: 'misused',
  }),
  noTree: (cid: string) => ({
    message: `${cid} is a single file; a bundle is a folder there.`,
    hint: '`ela publish` tells the content id of the folder.',
    exit: 'misused',
  }),
  noChain: () => ({
    message: 'No EID can be asked who may sign for the app: no devnet is running.',
    hint: 'Name one with `--rpc URL`, give documents with `--with`, or check `--offline`.',
    exit: 'devnetState',
  }),
  wrongSetting: (name: string, wanted: string) => ({
    message: `\`bundle.${name}\` of ela.config.ts must be ${wanted}.`,
    exit: 'misused',
  }),
  otherKey: (kid: string, did: string) => ({
    message: `The key that was named is of ${did}, and ${kid} is not.`,
    hint: 'Leave `--kid` out, or name the key of the document that it is.',
    exit: 'misused',
  }),
  unexpected: (wanted: string, found: string) => ({
    message: `This is the bundle ${found}, not ${wanted}.`,
    hint: 'Another file was expected; ask where this one comes from.',
    exit: 'notVerified',
  }),
  notForEpk: () => ({
    message: '`--to` and `--expect` are for bundles, and this is an EPK.',
    hint: 'Unpack it with `ela import`; `ela inspect` shows the digest of its files.',
    exit: 'misused',
  }),
  onlyForEpk: () => ({
    message: '`--by` is for an EPK; a bundle names its app itself.',
    hint: 'Leave it out.',
    exit: 'misused',
  }),
  badLock: (why: string) => ({
    message: `package-lock.json cannot be read: ${why}.`,
    hint: 'Make it anew with `npm install --package-lock-only`.',
    exit: 'misused',
  }),
  dirtyTree: (changed: string) => ({
    message: 'Files differ from the commit that would be named as the source.',
    hint: `Commit them, or say \`--dirty\`:\n${changed}`,
  }),
})
