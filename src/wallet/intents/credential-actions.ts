/**
 * Credentials that come and go: imported, issued to others, deleted.
 *
 * @see Elastos.Essentials.App src/app/identity/pages/intents/
 */
import { issueCredential, SELF_PROCLAIMED } from '../../identity/credential.ts'
import { withCredential, withService } from '../../identity/document-edit.ts'
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { type Credential, wholeCredentialText } from '../../protocol/did/credential.ts'
import { fullUrl, readCredential } from '../../protocol/did/credential-form.ts'
import { parseTime } from '../../protocol/did/time.ts'
import type { Action } from './action.ts'
import { dropCredentials, keepCredentials } from './box.ts'
import { IntentError } from './errors.ts'
import { type Hand, signerOf } from './hand.ts'
import { listParam, objectParam, optionalText, own, textParam, textsParam } from './params.ts'
import { publishEdited } from './publish-actions.ts'

const DAY_SECONDS = 24 * 3600

export const credimport: Action = {
  service: 'did',
  name: 'credimport',
  describe: (params) => `keep ${idsIn(listParam(params, 'credentials')).join(', ')}`,
  perform: async ({ params }, hand) => {
    const credentials = listParam(params, 'credentials').map((one) => ownCredential(one, hand))
    keepCredentials(hand.boxFile, credentials)
    if (own(params, 'forceToPublishCredentials') !== undefined) {
      await publishEdited(hand, (document) => credentials.reduce(withCredential, document))
    }
    return { importedcredentials: credentials.map(({ id }) => id) }
  },
  denied: {},
}

export const credcontextimport: Action = {
  service: 'did',
  name: 'credcontextimport',
  describe: (params) => `publish the credential context ${textParam(params, 'serviceName')}`,
  perform: async ({ params }, hand) => {
    const credential = ownCredential(objectParam(params, 'credential'), hand)
    const fragment = textParam(params, 'serviceName')
    keepCredentials(hand.boxFile, [credential])
    await publishEdited(hand, (document) =>
      withService(withCredential(document, credential), {
        fragment,
        type: 'CredentialContext',
        endpoint: credential.id,
      }),
    )
    return { importedcredential: credential.id }
  },
  denied: {},
}

export const creddelete: Action = {
  service: 'did',
  name: 'creddelete',
  describe: (params) => `forget ${textsParam(params, 'credentialsids').join(', ')}`,
  perform: async ({ params }, hand) => {
    const { did } = signerOf(hand)
    const ids = new Set(
      textsParam(params, 'credentialsids').map((id) => fullUrl(id, did, 'credentialsids')),
    )
    const gone = dropCredentials(hand.boxFile, ids)
    if (own(params, 'forceToPublishCredentials') !== undefined) {
      await publishEdited(hand, (document) => ({
        ...document,
        verifiableCredential: document.verifiableCredential.filter(({ id }) => !ids.has(id)),
      }))
    }
    return { deletedcredentialsids: gone }
  },
  denied: { deletedcredentialsids: [] },
}

export const credissue: Action = {
  service: 'did',
  name: 'credissue',
  describe: (params) =>
    `issue the credential #${textParam(params, 'identifier')} to ${textParam(params, 'subjectdid')}`,
  perform: async ({ params }, hand) => {
    const expires = optionalText(params, 'expirationDate')
    const end = expires === undefined ? hand.now() + 5 * DAY_SECONDS : parseTime(expires)
    if (end === undefined) throw IntentError.badParameter('expirationDate', 'a time')
    return issued(hand, {
      subject: textParam(params, 'subjectdid'),
      fragment: textParam(params, 'identifier'),
      types: textsParam(params, 'types'),
      properties: objectParam(params, 'properties'),
      expires: end,
    })
  },
  denied: {},
}

/** The user's word that an app on their device is the app it says; Hive wants it. */
export const appidcredissue: Action = {
  service: 'did',
  name: 'appidcredissue',
  describe: (params) =>
    `vouch for ${textParam(params, 'appinstancedid')} being ${textParam(params, 'appdid')}`,
  perform: async ({ params }, hand) => {
    const appInstanceDid = textParam(params, 'appinstancedid')
    return issued(hand, {
      subject: appInstanceDid,
      fragment: 'app-id-credential',
      types: ['AppIdCredential'],
      properties: { appInstanceDid, appDid: textParam(params, 'appdid') },
      expires: hand.now() + 30 * DAY_SECONDS,
    })
  },
  denied: {},
}

export const hivebackupcredissue: Action = {
  service: 'did',
  name: 'hivebackupcredissue',
  describe: (params) =>
    `let ${textParam(params, 'sourceHiveNodeDID')} back up to ${textParam(params, 'targetNodeURL')}`,
  perform: async ({ params }, hand) => {
    const sourceHiveNodeDID = textParam(params, 'sourceHiveNodeDID')
    return issued(hand, {
      subject: sourceHiveNodeDID,
      fragment: 'hive-backup-credential',
      types: ['HiveBackupCredential'],
      properties: {
        sourceHiveNodeDID,
        targetHiveNodeDID: textParam(params, 'targetHiveNodeDID'),
        targetNodeURL: textParam(params, 'targetNodeURL'),
      },
      expires: hand.now() + 3 * DAY_SECONDS,
    })
  },
  denied: {},
}

/** Members of the request that say how, not what. */
const PROFILE_SETTINGS = new Set([
  ...['identifier', 'sharedclaims', 'customcredentialtypes', 'connectactiontitle'],
  ...['redirecturl', 'callbackurl', 'type'],
])

export const registerapplicationprofile: Action = {
  service: 'did',
  name: 'registerapplicationprofile',
  describe: (params) => `publish a profile for ${textParam(params, 'identifier')}`,
  perform: async ({ params }, hand) => {
    const credentials = profileCredentials(params, hand)
    keepCredentials(hand.boxFile, credentials)
    await publishEdited(hand, (document) => credentials.reduce(withCredential, document))
    return {}
  },
  denied: { status: 'cancelled' },
}

function profileCredentials(params: JsonObject, hand: Hand): readonly Credential[] {
  const identifier = textParam(params, 'identifier')
  const given = Object.entries(params).filter(([name]) => !PROFILE_SETTINGS.has(name))
  const types = own(params, 'customcredentialtypes') ?? []
  if (!Array.isArray(types)) throw IntentError.badParameter('customcredentialtypes', 'a list')
  const main = ownWord(hand, identifier, ['ApplicationProfileCredential', ...types.map(String)], {
    ...Object.fromEntries(given),
    identifier,
    action: textParam(params, 'connectactiontitle'),
    apptype: 'elastosbrowser',
  })
  const shared = own(params, 'sharedclaims') ?? []
  if (!Array.isArray(shared)) throw IntentError.badParameter('sharedclaims', 'a list')
  const others = shared.flatMap((claim: Json) =>
    Object.entries(isObject(claim) ? claim : {}).map(([key, value]) =>
      ownWord(hand, key, ['BasicProfileCredential'], { [key]: value }),
    ),
  )
  return [main, ...others]
}

function ownWord(
  hand: Hand,
  fragment: string,
  types: readonly string[],
  properties: JsonObject,
): Credential {
  const issuer = signerOf(hand)
  const time = hand.now()
  return issueCredential({
    issuer,
    subject: issuer.did,
    fragment,
    types: [SELF_PROCLAIMED, ...types],
    properties,
    time,
    expires: time + 5 * 365 * DAY_SECONDS,
  })
}

interface IssueWish {
  readonly subject: string
  readonly fragment: string
  readonly types: readonly string[]
  readonly properties: JsonObject
  readonly expires: number
}

function issued(hand: Hand, wish: IssueWish): JsonObject {
  const credential = issueCredential({ issuer: signerOf(hand), time: hand.now(), ...wish })
  return { credential: wholeCredentialText(credential) }
}

/** Throws `intent/foreignCredential` for one that is about somebody else. */
function ownCredential(value: Json, hand: Hand): Credential {
  const { did } = signerOf(hand)
  const credential = readCredential(value, did)
  if (credential.credentialSubject['id'] !== did) {
    throw IntentError.foreignCredential(credential.id, did)
  }
  return credential
}

function idsIn(list: readonly Json[]): readonly string[] {
  return list.map((one) => (isObject(one) ? String(one['id']) : '?'))
}
