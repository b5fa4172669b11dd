/** `ela credential declare`, `revoke` and `list`: credentials on the chain. */
import { findSession } from '../devnet/session.ts'
import { credentialsOf } from '../identity/credential-list.ts'
import { plainDidOfName } from '../identity/did-keys.ts'
import { credentialOfText } from '../identity/verify-text.ts'
import { declareCredential, revokeCredential } from '../wallet/did-change.ts'
import type { Context } from './context.ts'
import { eidOf, keyPlaceOf, namedOrInUse, prepare, saying, tellPublished } from './did-place.ts'
import type { SignFlags } from './did-publish.ts'
import { readInput } from './json-input.ts'

export async function runDeclare(file: string, flags: SignFlags, context: Context): Promise<void> {
  const credential = credentialOfText(await readInput(file, context))
  const owner = String(credential.credentialSubject['id'])
  const { authority, paying } = await prepare(owner, flags, context)
  const done = await saying(context, () => declareCredential(credential, authority, paying))
  tellPublished('credential declare', done, context)
}

/** Its owner signs, or with `--as` its issuer. */
export async function runRevoke(typed: string, flags: SignFlags, context: Context): Promise<void> {
  const id = typed.startsWith('did:') ? typed : credentialOfText(await readInput(typed, context)).id
  const { as, ...rest } = flags
  const { authority, paying } = await prepare(as ?? id.replace(/#.*$/, ''), rest, context)
  const done = await saying(context, () => revokeCredential(id, authority, paying))
  tellPublished('credential revoke', done, context)
}

export async function runList(typed: string | undefined, context: Context): Promise<void> {
  const place = keyPlaceOf(context)
  const { rpc } = eidOf(findSession(context))
  const did = plainDidOfName(namedOrInUse(typed, place), place)
  const credentials = await credentialsOf(did, rpc)
  context.printer.answer('credential list', { did, credentials }, (data, paint) => {
    if (data.credentials.length === 0) return `${did} has no credential on the chain`
    return data.credentials
      .map(({ id, status, where, type = [], expires }) => {
        const color = status === 'valid' ? 'green' : 'red'
        const end = expires === undefined ? '' : `  until ${expires}`
        return `${id}  ${paint(color, status)}  ${where.join(', ')}  ${type.join(', ')}${end}`
      })
      .join('\n')
  })
}
