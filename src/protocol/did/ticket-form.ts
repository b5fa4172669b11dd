/**
 * Tickets as DID libraries read and write them: short key ids stand for keys of the DID that is
 * given away, and only the full form is sent.
 *
 * @see Elastos.DID.JS.SDK src/transferticket.ts
 */
import { compareBytes, type Json, member } from './canonical-json.ts'
import { didIn, fullUrl, timeText } from './credential-form.ts'
import { splitDidUrl } from './did.ts'
import { PROOF_TYPE } from './document.ts'
import { DidError } from './errors.ts'
import { asObject, own, textOf } from './json-fields.ts'
import type { Ticket, TicketProof } from './ticket.ts'

/** Throws `did/malformed`. */
export function readTicket(value: Json): Ticket {
  const object = asObject(value, 'ticket')
  const id = didIn(textOf(object, 'id', ''), 'id')
  const txid = textOf(object, 'txid', '')
  if (txid === '') throw DidError.malformed('txid', 'present')
  const proof = own(object, 'proof')
  if (proof === undefined) throw DidError.malformed('proof', 'present')
  const proofs = (Array.isArray(proof) ? proof : [proof]).map((one) => readProof(one as Json, id))
  const signers = proofs.map(({ verificationMethod }) => splitDidUrl(verificationMethod).did)
  const twice = signers.find((did, at) => signers.indexOf(did) !== at)
  if (twice !== undefined) throw DidError.malformed('proof', `free of repetitions (${twice})`)
  return { id, to: didIn(textOf(object, 'to', ''), 'to'), txid, proofs }
}

function readProof(value: Json, id: string): TicketProof {
  const object = asObject(value, 'proof')
  const text = (name: string) => textOf(object, name, 'proof.')
  const signature = text('signature')
  if (signature === '') throw DidError.malformed('proof.signature', 'present')
  return {
    type: text('type') === '' ? PROOF_TYPE : text('type'),
    created: text('created') === '' ? '' : timeText(text('created'), 'proof.created'),
    verificationMethod: fullUrl(text('verificationMethod'), id, 'proof.verificationMethod'),
    signature,
  }
}

/** The whole ticket, as `header.ticket` carries it. */
export function wholeTicketText({ id, to, txid, proofs }: Ticket): string {
  const sorted = [...proofs].sort((a, b) =>
    compareBytes(a.verificationMethod, b.verificationMethod),
  )
  const texts = sorted.map(({ type, created, verificationMethod, signature }) =>
    JSON.stringify({
      type,
      ...(created === '' ? {} : { created }),
      verificationMethod,
      signature,
    }),
  )
  const members = Object.entries({ id, to, txid }).map(([name, text]) =>
    member(name, JSON.stringify(text)),
  )
  const proof = texts.length === 1 ? texts.join() : `[${texts.join(',')}]`
  return `{${[...members, member('proof', proof)].join(',')}}`
}
