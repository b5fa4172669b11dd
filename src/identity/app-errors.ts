import { defineErrors } from '../base/errors.ts'

/** What can be wrong with what an app says of itself. */
export const AppError = defineErrors('app', {
  emptyTitle: () => ({ message: 'The title of the app is empty.', exit: 'misused' }),
  noEndpoint: () => ({
    message: 'The app has no address where wallets may answer.',
    hint: 'Name one with `--redirect URL` or `--callback URL`.',
    exit: 'misused',
  }),
  badAddress: (what: string, text: string, why: string) => ({
    message: `\`${text}\` cannot be the ${what} address: ${why}.`,
    hint: 'Write a whole address such as https://shop.example/answer/.',
    exit: 'misused',
  }),
  badScheme: (scheme: string) => ({
    message: `\`${scheme}\` is no scheme of an app.`,
    hint: 'Write small letters and a colon, as in `songshop:`, or leave it out.',
    exit: 'misused',
  }),
  schemeMismatch: (scheme: string, redirect: string | undefined) => ({
    message:
      redirect === undefined
        ? `A redirect address that begins with \`${scheme}\` is missing.`
        : `The redirect address \`${redirect}\` does not begin with \`${scheme}\`.`,
    hint: 'Android compares with the scheme, iOS with the redirect address; both must fit.',
    exit: 'misused',
  }),
  isDeveloper: (did: string) => ({
    message: `${did} is the developer, and cannot be the app as well.`,
    hint: 'The app has a DID of its own: give it another name.',
    exit: 'misused',
  }),
  notNormal: (name: string) => ({
    message: `\`${name}\` is a customized DID; wallets expect an app to have a key of its own.`,
    hint: 'Give the app another name.',
    exit: 'misused',
  }),
})
