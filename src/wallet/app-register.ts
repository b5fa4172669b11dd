/** Puts an app onto the chain: its developer, its own DID, and what it says of itself. */
import { AppError } from '../identity/app-errors.ts'
import { type AppInfo, appCredential } from '../identity/app-info.ts'
import type { Authority } from '../identity/did-authority.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { withCredential } from '../identity/document-edit.ts'
import { changeDid, currentOf, type Paying } from './did-change.ts'
import type { PublishedDid } from './did-publish.ts'

export interface Registration {
  readonly app: Authority
  readonly developer: Authority
  readonly info: AppInfo
  readonly paying: Paying
}

export interface RegisteredApp {
  readonly app: PublishedDid
  /** Absent when the developer was on the chain already. */
  readonly developer?: PublishedDid
}

/**
 * Publishes the developer's DID if it is not there, then the app's document with `#appinfo`, which
 * replaces an older one. Throws `app/isDeveloper`, `app/notNormal`, and what `changeDid` does.
 */
export async function registerApp(registration: Registration): Promise<RegisteredApp> {
  const { app, developer, info, paying } = registration
  if (app.did === developer.did) throw AppError.isDeveloper(app.did)
  const [signer] = app.signers
  if (signer === undefined) throw DidUseError.noKey(app.did)
  if (signer.did !== app.did) throw AppError.notNormal(app.name)
  const known = await currentOf(developer.did, paying.chain.rpc)
  const first =
    known !== undefined
      ? undefined
      : await changeDid({ authority: developer, paying, when: 'new', edit: (document) => document })
  const published = await changeDid({
    authority: app,
    paying,
    when: 'either',
    edit: (document, { time }) =>
      withCredential(
        document,
        appCredential(info, { app: signer, developer: developer.did, time }),
      ),
  })
  return { app: published, ...(first === undefined ? {} : { developer: first }) }
}
