/** `ela did transfer`: gives a customized DID to other controllers. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { signersAmong } from '../identity/did-authority.ts'
import { DidUseError } from '../identity/did-errors.ts'
import { controllersNamed } from '../identity/did-import.ts'
import { namedDids, plainDidOfName } from '../identity/did-keys.ts'
import { parseMultisig } from '../identity/did-wishes.ts'
import { ticketJson, ticketOfText } from '../identity/verify-text.ts'
import { takeOver, ticketFor } from '../wallet/did-change.ts'
import type { Context } from './context.ts'
import { keyPlaceOf, payingFrom, prepare, saying, tellPublished } from './did-place.ts'
import { readInput } from './json-input.ts'

export interface TransferFlags {
  readonly to: string
  readonly multisig?: string
  readonly ticket?: string
  readonly ticketOut?: string
  readonly from?: string
  readonly as?: string
}

export async function runTransfer(
  typed: string,
  flags: TransferFlags,
  context: Context,
): Promise<void> {
  const place = keyPlaceOf(context)
  const controllers = controllersNamed(flags.to, place)
  const [to = ''] = controllers
  const multisig = parseMultisig(flags.multisig, controllers.length)
  if (flags.ticketOut !== undefined) return writeTicket(typed, to, flags, context)
  const ticket =
    flags.ticket === undefined
      ? await ownTicket(typed, to, flags, context)
      : ticketOfText(await readInput(flags.ticket, context))
  const did = plainDidOfName(typed, place)
  if (ticket.id.toLowerCase() !== did.toLowerCase()) {
    throw DidUseError.otherTicket(`for ${ticket.id}, not for ${did}`)
  }
  if (!controllers.some((one) => one === ticket.to)) {
    throw DidUseError.otherTicket(`for ${ticket.to}, who is not among the new controllers`)
  }
  const signers = await signersAmong(controllers, place, ticket.to)
  const account = namedDids(place).find(
    (one) => one.isAccount && signers.some((signer) => signer.did === one.did),
  )
  const paying = payingFrom(flags.from ?? account?.name, context)
  const done = await saying(context, () =>
    takeOver({ ticket, controllers, multisig, signers }, paying),
  )
  tellPublished('did transfer', { name: typed, ...done, ...{ controllers, multisig } }, context)
}

async function ownTicket(typed: string, to: string, flags: TransferFlags, context: Context) {
  const { authority, paying } = await prepare(typed, flags, context)
  return ticketFor(authority, to, paying.chain.rpc)
}

/** For a receiver whose key is elsewhere. */
async function writeTicket(
  typed: string,
  to: string,
  { ticketOut = '', ...flags }: TransferFlags,
  context: Context,
): Promise<void> {
  const ticket = ticketJson(await ownTicket(typed, to, flags, context))
  await writeFile(path.resolve(context.cwd, ticketOut), `${JSON.stringify(ticket)}\n`)
  context.printer.answer('did transfer', { ticket, file: ticketOut }, ({ file }) => {
    return `${file} lets ${to} take ${typed} over`
  })
}
