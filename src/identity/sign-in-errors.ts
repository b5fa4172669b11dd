import { defineErrors } from '../base/errors.ts'

/** What can go wrong in signing in to a back end. */
export const SignInError = defineErrors('signIn', {
  notAnAddress: (text: string) => ({
    message: `\`${text.slice(0, 80)}\` is no address of a back end.`,
    hint: 'Write it like http://127.0.0.1:5004.',
    exit: 'misused',
  }),
  unreachable: (url: string, why: string) => ({
    message: `${url} does not answer: ${why}.`,
    exit: 'unreachable',
  }),
  refused: (url: string, status: number, text: string) => ({
    message: `${url} does not let the app in: status ${status} ${text.trim().slice(0, 200)}`,
    exit: 'refused',
  }),
})
