/** The credentials of whoever answers: kept ones, published ones, and the name of the account. */
import { issueCredential, SELF_PROCLAIMED } from '../../identity/credential.ts'
import type { Credential } from '../../protocol/did/credential.ts'
import { readBox } from './box.ts'
import { type Hand, lookupOf, signerOf } from './hand.ts'

const YEAR_SECONDS = 365 * 24 * 3600

/** One of each id; what the wallet was given last counts. */
export async function credentialsOf(hand: Hand): Promise<readonly Credential[]> {
  const { did } = signerOf(hand)
  const kept = readBox(hand.boxFile).credentials
  const published = (await lookupOf(hand)?.did(did))?.document.verifiableCredential ?? []
  const byId = new Map<string, Credential>()
  for (const one of [nameCredential(hand), ...published, ...kept]) {
    if (one.credentialSubject['id'] === did) byId.set(one.id, one)
  }
  return [...byId.values()]
}

/** Nearly every DApp asks for a name, so every account has one. */
function nameCredential(hand: Hand): Credential {
  const { account, now } = hand
  const name = `${account.name.charAt(0).toUpperCase()}${account.name.slice(1)}`
  const time = now()
  return issueCredential({
    issuer: signerOf(hand),
    subject: account.did.did,
    fragment: 'name',
    types: [SELF_PROCLAIMED, 'BasicProfileCredential', 'NameCredential'],
    properties: { name },
    time,
    expires: time + YEAR_SECONDS,
  })
}
