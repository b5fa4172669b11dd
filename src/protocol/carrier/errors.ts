import { defineErrors } from '../../base/errors.ts'

/** What can be wrong with Carrier's ids, datagrams and messages. */
export const CarrierError = defineErrors('carrier', {
  notAnId: (text: string) => ({
    message: `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\` is not a Carrier id.`,
    hint: 'Write 32 bytes in Base58, or as 0x and 64 hexadecimal digits.',
    exit: 'misused',
  }),
  badKey: (what: string) => ({ message: `The Carrier key is not usable: ${what}.` }),
  badPacket: (why: string, cause?: unknown) => ({
    message: `The datagram is no Carrier packet: ${why}.`,
    cause,
  }),
  badMessage: (why: string, cause?: unknown) => ({
    message: `The Carrier message is malformed: ${why}.`,
    cause,
  }),
  badCache: (why: string, cause?: unknown) => ({
    message: `The routing table file is malformed: ${why}.`,
    cause,
  }),
})
