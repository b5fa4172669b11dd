/** Why a bundle is not believed. Every reason ends with exit code 7. */
import { defineErrors } from '../base/errors.ts'

const refused = (message: string, hint?: string) => ({
  message: `The bundle is refused: ${message}.`,
  hint: hint ?? 'Get it again from its publisher. Nothing of it was kept.',
  exit: 'notVerified' as const,
})

export const Refusal = defineErrors('bundle', {
  notGzip: (why: string) => refused(`it is no gzip file as a bundle has it (${why})`),
  cutOff: (where: string) => refused(`it ends within ${where}`),
  bytesAfterEnd: () => refused('something follows its end'),
  tooLarge: (what: string, found: number, limit: number) =>
    refused(`${what} is ${found}, more than ${limit}`, 'A bundle of this size is not taken.'),
  wrongHeader: (entry: string) =>
    refused(`the header of \`${entry}\` is not the one its file list asks for`),
  dirtyPadding: (entry: string) => refused(`the padding after \`${entry}\` is not zero`),
  wrongDigest: (entry: string) => refused(`\`${entry}\` is not the file that was signed`),
  badManifest: (why: string) => refused(`its manifest is wrong: ${why}`),
  badSignatures: (why: string) => refused(`its signature file is wrong: ${why}`),
  badList: (why: string) => refused(`its file list is wrong: ${why}`),
  badPath: (path: string, why: string) => refused(`the path \`${path}\` is not allowed: ${why}`),
  notSigned: () => refused('nobody signed it', 'Sign it with `ela sign FILE`.'),
  wrongSignature: (kid: string) => refused(`the signature of ${kid} does not fit`),
  strangeSigner: (kid: string, app: string) =>
    refused(`${kid} may not sign for ${app}`, 'The DID document of the app names who may.'),
  tooFewSigners: (have: number, need: number) =>
    refused(`${have} of ${need} wanted signatures are there`, 'Sign it with another key.'),
  nobodyKnown: (kids: string) =>
    refused(
      `without the chain nobody can tell whether ${kids} may sign it`,
      'Leave `--offline` out, or give the document with `--with`.',
    ),
  appUnpublished: (did: string) =>
    refused(`${did} is not on the chain`, 'Publish it with `ela did publish`.'),
  appDeactivated: (did: string) => refused(`${did} was deactivated by its owner`),
  appExpired: (did: string, when: string) => refused(`${did} expired at ${when}`),
  badPolicy: (why: string) => refused(`the release policy of the app cannot be read: ${why}`),
  badProvenance: (why: string) => refused(`what tells where it comes from is wrong: ${why}`),
  otherSubject: (digest: string) =>
    refused(
      `what tells where it comes from is about another file, not sha256:${digest}`,
      'Signing changes the file: attest what is signed, after it is signed.',
    ),
})
