/**
 * The sign-in of a Hive node, so that apps which sign in to one can be tried without one.
 *
 *     POST /api/v2/did/signin  {id: document}           →  201 {challenge}
 *     POST /api/v2/did/auth    {challenge_response}     →  201 {token}
 *
 * @see hive-node src/view/auth.py
 */
import type { ChallengeDesk } from '../../identity/challenge.ts'
import type { Json } from '../../protocol/did/canonical-json.ts'
import { IntentError } from './errors.ts'

const ROUTES = {
  '/api/v2/did/signin': async (desk: ChallengeDesk, body: Body) => {
    return { challenge: await desk.challengeFor((body['id'] ?? null) as Json) }
  },
  '/api/v2/did/auth': async (desk: ChallengeDesk, body: Body) => {
    const response = body['challenge_response']
    if (typeof response !== 'string') throw IntentError.badParameter('challenge_response', 'a text')
    return { token: (await desk.accept(response)).accessToken }
  },
} as const

type Body = Readonly<Record<string, unknown>>
export type ChallengeRoute = keyof typeof ROUTES

export function isChallengeRoute(url: string): url is ChallengeRoute {
  return Object.hasOwn(ROUTES, url)
}

/** Throws `intent/badParameter` and what the desk throws. */
export function answerChallengeRoute(
  route: ChallengeRoute,
  desk: ChallengeDesk,
  body: Body,
): Promise<object> {
  return ROUTES[route](desk, body)
}
