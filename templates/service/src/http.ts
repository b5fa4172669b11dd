import { readHeights } from './chains.ts'
import type { Ela } from './ela.ts'
import { resolveOn } from './sign-in.ts'
import { type Answer, signInRoutes } from './sign-in-routes.ts'

export interface Settings {
  readonly ela: Ela
  /** Where links for the wallet go. */
  readonly wallet: string
  /** The origin of the page that may sign people in here. */
  readonly webOrigin?: string | undefined
}

/** Origin of the service → its sign-in, which keeps questions and sessions in memory. */
const doors = new Map<string, Answer>()
const MOST_ORIGINS = 8

export async function answer(request: Request, settings: Settings): Promise<Response> {
  const { origin, pathname } = new URL(request.url)
  const signedIn = await doorOf(origin, settings)(request)
  if (signedIn !== undefined) return signedIn
  if (request.method !== 'GET') return json(405, { error: 'only GET is answered' })
  if (pathname === '/health') return json(200, { ok: true })
  if (pathname === '/') return json(200, await readHeights(settings.ela))
  return json(404, { error: `there is nothing at ${pathname}` })
}

/** The runtime lets only names of this service through as `Host`, so there are few origins. */
function doorOf(origin: string, { ela, wallet, webOrigin }: Settings): Answer {
  const known = doors.get(origin)
  if (known !== undefined) return known
  if (doors.size >= MOST_ORIGINS) doors.clear()
  const door = signInRoutes({ url: origin, wallet, webOrigin, resolve: resolveOn(ela) })
  doors.set(origin, door)
  return door
}

function json(status: number, body: object): Response {
  const headers = { 'content-type': 'application/json' }
  return new Response(`${JSON.stringify(body)}\n`, { status, headers })
}
