/** Runs a workflow of GitHub Actions here: its `run:` lines as they are, its actions by stand-ins. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as assert from 'uvu/assert'

type Texts = Readonly<Record<string, string>>

export interface WorkflowStep {
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string | number | boolean>>
  readonly env?: Texts
}

export interface WorkflowJob {
  readonly if?: string
  readonly needs?: string
  readonly environment?: string
  readonly permissions?: Texts
  readonly env?: Texts
  readonly outputs?: Texts
  readonly steps: readonly WorkflowStep[]
}

export interface Workflow {
  readonly permissions: Texts
  readonly jobs: Readonly<Record<string, WorkflowJob>>
}

export interface WorkflowWorld {
  /** `github.ref` */
  readonly ref: string
  readonly secrets: Texts
  readonly vars: Texts
  /** Of every step, beside what the workflow says. */
  readonly env: Texts
  /** Where the job `name` works; empty when it begins. */
  readonly workspace: (name: string) => string
  /** Name without its version → what stands in for it. */
  readonly actions: Readonly<Record<string, (inputs: Texts, workspace: string) => void>>
}

export interface RanStep {
  readonly job: string
  /** The command line or the action. */
  readonly what: string
  readonly output: string
}

export function readWorkflow(file: string): Workflow {
  const yaml = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown }
  return yaml.load(readFileSync(file, 'utf8')) as Workflow
}

/** Runs every job whose condition holds, in their order. Fails with the output of a step that fails. */
export async function runWorkflow(
  { jobs }: Workflow,
  world: WorkflowWorld,
): Promise<readonly RanStep[]> {
  const ran: RanStep[] = []
  const needs: Record<string, { outputs: Texts }> = {}
  for (const [name, job] of Object.entries(jobs)) {
    const base = { github: { ref: world.ref }, secrets: world.secrets, vars: world.vars, needs }
    if (!holds(job.if, base)) continue
    const steps: Record<string, { outputs: Texts }> = {}
    const workspace = world.workspace(name)
    mkdirSync(workspace, { recursive: true })
    for (const [index, step] of job.steps.entries()) {
      const scope = { ...base, steps }
      if (!holds(step.if, scope)) continue
      const { outputs, output } = await runStep(step, job, { scope, workspace, world, index })
      if (step.id !== undefined) steps[step.id] = { outputs }
      ran.push({ job: name, what: step.run ?? step.uses ?? '', output })
    }
    needs[name] = { outputs: filled(job.outputs ?? {}, { ...base, steps }) }
  }
  return ran
}

interface Place {
  readonly scope: object
  readonly workspace: string
  readonly world: WorkflowWorld
  readonly index: number
}

async function runStep(step: WorkflowStep, job: WorkflowJob, place: Place) {
  const { scope, workspace, world, index } = place
  if (step.uses !== undefined) {
    const [name = ''] = step.uses.split('@')
    const action = world.actions[name]
    assert.ok(action, `nothing stands in for ${name}`)
    const inputs = Object.entries(step.with ?? {}).map(([key, value]) => [key, String(value)])
    action?.(filled(Object.fromEntries(inputs), scope), workspace)
    return { outputs: {}, output: '' }
  }
  const outputFile = path.join(path.dirname(workspace), `outputs-${index}`)
  writeFileSync(outputFile, '')
  const env = {
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: outputFile, ...world.env },
    ...filled({ ...job.env, ...step.env }, scope),
  }
  // As GitHub runs a line on Linux when no shell is named.
  const { code, output } = await shell(['bash', '-e', '-c', step.run ?? ''], workspace, env)
  assert.is(code, 0, `${step.run}\n${output}`)
  const lines = readFileSync(outputFile, 'utf8').split('\n').filter(Boolean)
  const outputs = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return { outputs, output }
}

/** Conditions are `startsWith(NAME, 'TEXT')` or nothing. */
function holds(condition: string | undefined, scope: object): boolean {
  if (condition === undefined) return true
  const [, name, text] = /^startsWith\(([\w.]+), '([^']*)'\)$/.exec(condition) ?? []
  assert.ok(name !== undefined && text !== undefined, `the condition ${condition} is not known`)
  return lookUp(name ?? '', scope).startsWith(text ?? '')
}

function filled(texts: Texts, scope: object): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      text.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, name: string) => lookUp(name, scope)),
    ]),
  )
}

/** An unknown name is a mistake here; GitHub would take it for an empty text. */
function lookUp(name: string, scope: object): string {
  let value: unknown = scope
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
  assert.type(value, 'string', `${name} is not given`)
  return value as string
}

function shell(words: readonly string[], cwd: string, env: Texts) {
  const [file = '', ...args] = words
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
