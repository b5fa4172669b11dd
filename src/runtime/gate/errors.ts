/** Why a DApp is not let in, or not let on. Every reason is one sentence and ends with exit code 7. */
import { defineErrors, messageOf } from '../../base/errors.ts'

const kept = (message: string, hint?: string, cause?: unknown) => ({
  message: `The DApp is not run: ${message}.`,
  exit: 'notVerified' as const,
  ...(hint === undefined ? {} : { hint }),
  ...(cause === undefined ? {} : { cause }),
})

export const GateError = defineErrors('gate', {
  denied: (what: string, why: string, when: string) =>
    kept(
      `${what} is on this machine's deny list since ${when} (${why})`,
      'To take it off again: `ela run --lift-denial`.',
    ),
  headStale: (url: string, hours: number) =>
    kept(
      `the newest block that ${url} knows is ${hours} hours old, so nobody can tell what is valid now`,
      'Ask another node with `--eid URL`, or wait until this one has caught up.',
    ),
  headAhead: (url: string, when: string) =>
    kept(
      `the newest block of ${url} is of ${when}, which has not come yet`,
      'Set the clock of this machine, or ask another node.',
    ),
  otherDocument: (url: string, asked: string, found: string) =>
    kept(`asked for ${asked}, ${url} answered with the document of ${found}`),
  forgedDocument: (url: string, did: string, why: unknown) =>
    kept(`the document of ${did} from ${url} is not genuine: ${unended(why)}`, undefined, why),
  unusableAnswer: (url: string, why: unknown) =>
    kept(`the answer of ${url} cannot be used: ${unended(why)}`, undefined, why),
  disagreement: (did: string, one: string, other: string) =>
    kept(
      `${one} and ${other} say different things about ${did}`,
      'One of them may be a block behind: run it again in a minute.',
    ),
  noProofYet: (app: string) =>
    kept(
      `no EID can be asked about ${app}, and it was not proved within the last 24 hours`,
      'Start a devnet with `ela dev` or `ela node start`, or name a node with `--eid URL`.',
    ),
  undeclared: (path: string) => kept(`\`${path}\` is in the folder and not in its file list`),
  linkInside: (path: string) => kept(`\`${path}\` is a link or no plain file`),
  damagedState: (file: string, why: string) =>
    kept(`${file} cannot be read (${why})`, 'Remove it and run the DApp with its chain at hand.'),
  kindNotRun: (kind: string) => ({
    message: `A bundle of kind \`${kind}\` is not run: the runtime runs \`web\`, \`service\` and \`java\`.`,
    exit: 'misused',
  }),
  oldEntry: (runtime: string) => ({
    message: `The service is packed for \`${runtime}\`, which would run as a plain program.`,
    hint: 'Its main file must `export default { fetch(request, env, ctx) }`; pack it again then.',
    exit: 'misused',
  }),
  badEntry: (why: string) => kept(`its manifest asks for what the runtime cannot give: ${why}`),
  noBundleFolder: (folder: string) => ({
    message: `${folder} is no unpacked bundle: it has no \`ela.json\`.`,
    hint: 'A project is run unsigned by `ela dev`; `ela pack` and `ela sign` make a bundle of it.',
    exit: 'misused',
  }),
})

function unended(why: unknown): string {
  return messageOf(why).replace(/\.$/, '')
}
