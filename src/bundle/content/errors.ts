import { defineErrors } from '../../base/errors.ts'

/** All that can go wrong with content that is found by its id. */
export const ContentError = defineErrors('content', {
  notHere: (cid: string, place: string) => ({
    message: `${place} does not have ${cid}.`,
    hint: 'Add the content there, or name another store.',
    exit: 'unreachable',
  }),
  nowhere: (cid: string, said: readonly string[]) => ({
    message: `${cid} was not found: ${said.map((one) => one.replace(/\.$/, '')).join('; ') || 'no store is known'}.`,
    hint: 'Name a store that has it: `--store kubo:URL` or `--store gateway:URL`.',
    exit: 'unreachable',
  }),
  damaged: (cid: string, place: string) => ({
    message: `${place} gave other bytes for ${cid} than its id says.`,
    hint: 'Nothing was used of it. Add the content again.',
    exit: 'notVerified',
  }),
  malformed: (cid: string, why: string) => ({
    message: `${cid} cannot be read: ${why}.`,
    exit: 'notVerified',
  }),
  noSuchEntry: (cid: string, name: string) => ({ message: `${cid} has no entry \`${name}\`.` }),
  notAFolder: (path: string) => ({ message: `${path} is a file, not a folder.` }),
  notAFile: (path: string) => ({ message: `${path} is a folder, not a file.` }),
  notPinned: (cid: string) => ({ message: `${cid} is not pinned.` }),
  tooLarge: (cid: string, limit: number) => ({
    message: `${cid} is larger than the limit of ${limit} bytes.`,
    exit: 'refused',
  }),
  badRequest: (why: string) => ({ message: `The request cannot be answered: ${why}.` }),
  unreachable: (place: string, why: string, cause?: unknown) => ({
    message: `${place} does not answer: ${why}.`,
    hint: 'Is it running, and is the address the one of its RPC?',
    exit: 'unreachable',
    cause,
  }),
  refused: (place: string, why: string) => ({
    message: `${place} refused: ${why}.`,
    exit: 'refused',
  }),
  otherId: (place: string, expected: string, got: string) => ({
    message: `${place} stored the content as ${got}; it should be ${expected}.`,
    hint: 'It splits large files in another way. A Kubo that knows `max-file-links` does it right.',
    exit: 'notVerified',
  }),
  unknownStore: (text: string) => ({
    message: `\`${text}\` names no content store.`,
    hint: 'Write `local`, or `kubo:` and the address of an RPC, such as kubo:http://127.0.0.1:5001.',
    exit: 'misused',
  }),
  readOnly: (text: string) => ({
    message: `\`${text}\` can be read from, but nothing can be kept there.`,
    hint: 'Name a store: `local` or `kubo:URL`.',
    exit: 'misused',
  }),
})
