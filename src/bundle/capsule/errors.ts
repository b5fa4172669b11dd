import { defineErrors } from '../../base/errors.ts'

export const CapsuleError = defineErrors('capsule', {
  noSuchKind: (kind: string, generation: string) => ({
    message: `A DApp of kind \`${kind}\` is no capsule of generation ${generation}.`,
    hint: 'Generation a takes web, wasm, asset and data; b and c take web, asset and data.',
    exit: 'misused',
  }),
  taken: () => ({
    message: 'The bundle has a `capsule.json` of its own, and the capsule would need another.',
    hint: 'Leave it out with `ela pack --exclude capsule.json`.',
    exit: 'misused',
  }),
  badKey: (file: string) => ({
    message: `${file} holds no Ed25519 key.`,
    hint: 'It is 64 hex digits, or PEM as `openssl genpkey -algorithm ed25519` writes it.',
    exit: 'misused',
  }),
  badManifest: (why: string) => ({
    message: `The capsule is refused: its capsule.json is wrong: ${why}.`,
    exit: 'notVerified',
  }),
  notTrusted: () => ({
    message: 'The capsule is refused: no key was given that may have signed it.',
    hint: 'A signature by whoever it may be proves nothing.',
    exit: 'notVerified',
  }),
  wrongSignature: () => ({
    message: 'The capsule is refused: no trusted key signed this manifest and entry file.',
    exit: 'notVerified',
  }),
})
