/**
 * `didsign` and `signdigest`: a signature of the DID over data of the DApp.
 *
 * @see Elastos.Essentials.App src/app/identity/pages/intents/signrequest, signdigest
 */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { signToken } from '../../identity/token.ts'
import { fromBase64Url } from '../../protocol/did/base64url.ts'
import { isObject, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { encodeKey } from '../../protocol/did/did.ts'
import { signDigest, signText } from '../../protocol/did/sign.ts'
import type { Action } from './action.ts'
import { IntentError } from './errors.ts'
import { signerOf } from './hand.ts'
import { optionalText, own, textParam } from './params.ts'

const DAY_SECONDS = 24 * 3600
const SHOWN = 120

const describe: Action['describe'] = (params) => {
  const data = textParam(params, 'data')
  return `sign ${data.length > SHOWN ? `${data.slice(0, SHOWN)}…` : data}`
}

export const didsign: Action = {
  service: 'did',
  name: 'didsign',
  describe,
  perform: async ({ params, token }, hand) => {
    const signer = signerOf(hand)
    const claims = {
      ...objectOr(params, 'jwtExtra'),
      [fieldOf(params)]: signText(textParam(params, 'data'), signer.privateKey),
      publickey: encodeKey(hand.account.did.publicKey),
      ...(token === undefined ? {} : { req: `elastos://didsign/${token}` }),
    }
    return { jwt: signToken({ signer, claims, time: hand.now(), lifeSeconds: DAY_SECONDS }) }
  },
  denied: {},
}

export const signdigest: Action = {
  service: 'did',
  name: 'signdigest',
  describe,
  perform: async ({ params }, hand) => {
    const data = textParam(params, 'data')
    if (!/^(0x)?[0-9a-fA-F]{64}$/.test(data)) {
      throw IntentError.badParameter('data', 'a SHA-256 digest of 64 hexadecimal digits')
    }
    const signer = signerOf(hand)
    // The older CR website reads hexadecimal here, unlike everywhere else.
    const signature = toHex(
      fromBase64Url(signDigest(fromHex(data), signer.privateKey), 'The signature'),
    )
    const extra = objectOr(params, 'jwtExtra') ?? objectOr(params, 'payload')
    const claims = { ...extra, [fieldOf(params)]: signature }
    const jwt = signToken({ signer, claims, time: hand.now(), lifeSeconds: DAY_SECONDS })
    return { signature, jwt }
  },
  denied: {},
}

function fieldOf(params: JsonObject): string {
  return optionalText(params, 'signatureFieldName') ?? 'signature'
}

function objectOr(params: JsonObject, name: string): JsonObject | undefined {
  const value = own(params, name)
  return isObject(value) ? value : undefined
}
