/** What `ela ci` found, step by step, and the same as JUnit XML. */

export interface CiStepResult {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly ms: number
  /** What was found, or why it was skipped; of a failure its message. */
  readonly detail: string
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly hint?: string
    /** The last lines a program printed. */
    readonly output?: string
  }
}

export interface CiReport {
  readonly passed: boolean
  readonly name: string
  readonly version: string
  /** Of the bundle that would be released; '' without an app DID to release it for. */
  readonly bundleId: string
  readonly ms: number
  readonly steps: readonly CiStepResult[]
}

/** One suite with a case for each step, as Jenkins, GitLab and GitHub's annotators read it. */
export function junitOf({ name, ms, steps }: CiReport): string {
  const count = (status: CiStepResult['status']) =>
    steps.filter((step) => step.status === status).length
  const totals = `tests="${steps.length}" failures="${count('failed')}" errors="0"`
  const suite = `name="ela ci" ${totals} skipped="${count('skipped')}" time="${seconds(ms)}"`
  const cases = steps.map(
    (step) =>
      `    <testcase classname="${xml(name)}" name="${step.name}" time="${seconds(step.ms)}"` +
      `${insideOf(step)}\n`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${totals} time="${seconds(ms)}">
  <testsuite ${suite}>
${cases.join('')}  </testsuite>
</testsuites>
`
}

function insideOf({ status, detail, error }: CiStepResult): string {
  if (status === 'skipped') return `><skipped message="${xml(detail)}"/></testcase>`
  if (error === undefined) return '/>'
  const { code, message, hint = '', output = '' } = error
  const text = [message, hint, output].filter((part) => part !== '').join('\n')
  return `><failure type="${xml(code)}" message="${xml(message)}">${xml(text)}</failure></testcase>`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
}

/** What XML 1.0 cannot hold at all is left out. */
function xml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out.
  const writable = text.replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '')
  return writable.replace(/[&<>"\n]/g, (character) => ENTITIES[character] ?? '')
}
