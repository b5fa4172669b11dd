/** A real browser without a window, driven by its debugging pipe: one JSON message, one NUL byte. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { temporaryFolder } from './folder.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const ANSWERS_WITHIN_MS = 30_000

/** The browser's program; `undefined` where there is none, which CI does not accept. */
export const browserProgram = NAMES.find((name) => spawnSync(name, ['--version']).status === 0)

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly params?: unknown
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

export interface Page {
  /** Waits for the page to be loaded. */
  go(url: string): Promise<void>
  /** Runs an expression in the page, awaits it, and returns its JSON value. */
  run(expression: string): Promise<unknown>
  /** What the browser said to the developer: refusals of the policy, errors. */
  readonly said: readonly string[]
  /** Writes a PNG. */
  shoot(file: string): Promise<void>
  close(): Promise<void>
}

export interface Browser extends AsyncDisposable {
  open(url: string): Promise<Page>
}

export async function startBrowser(): Promise<Browser> {
  if (browserProgram === undefined) throw new Error('there is no browser')
  const profile = temporaryFolder()
  const child = spawn(
    browserProgram,
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      ...['--no-first-run', '--disable-background-networking', '--disable-component-update'],
      ...['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE 127.0.0.1'],
      ...['--remote-debugging-pipe', `--user-data-dir=${profile.path}`, 'about:blank'],
    ],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', HOME: profile.path },
    },
  )
  const pipe = new DebuggingPipe(child)
  return {
    open: async (url) => {
      const { targetId } = await pipe.ask('Target.createTarget', { url: 'about:blank' })
      const attach = { targetId, flatten: true }
      const { sessionId } = await pipe.ask('Target.attachToTarget', attach)
      const page = new BrowserPage(pipe, String(sessionId), String(targetId))
      await page.prepare()
      await page.go(url)
      return page
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
      if (child.exitCode === null && child.signalCode === null) await ended
      pipe.close()
      profile[Symbol.dispose]()
    },
  }
}

class DebuggingPipe {
  readonly #to: Writable
  readonly #from: Readable
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly listeners = new Set<(event: Answer) => void>()
  #last = 0
  #buffered = ''

  constructor(child: ChildProcess) {
    this.#to = child.stdio[3] as Writable
    this.#from = child.stdio[4] as Readable
    this.#to.on('error', () => {})
    this.#from.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    this.#from.on('error', () => {})
  }

  close(): void {
    this.#to.destroy()
    this.#from.destroy()
  }

  async ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#last += 1
    const id = this.#last
    const answered = new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWERS_WITHIN_MS)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
    const session = sessionId === undefined ? {} : { sessionId }
    this.#to.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    const { error, result = {} } = await answered
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }

  #read(text: string): void {
    const parts = (this.#buffered + text).split('\0')
    this.#buffered = parts.pop() ?? ''
    for (const part of parts) {
      const answer = JSON.parse(part) as Answer
      if (answer.id === undefined) for (const listen of this.listeners) listen(answer)
      else this.#waiting.get(answer.id)?.(answer)
    }
  }
}

class BrowserPage implements Page {
  readonly said: string[] = []
  readonly #pipe: DebuggingPipe
  readonly #session: string
  readonly #target: string
  #loaded: () => void = () => {}

  constructor(pipe: DebuggingPipe, session: string, target: string) {
    this.#pipe = pipe
    this.#session = session
    this.#target = target
  }

  async prepare(): Promise<void> {
    this.#pipe.listeners.add(({ sessionId, method, params }) => {
      if (sessionId !== this.#session) return
      if (method === 'Page.loadEventFired') this.#loaded()
      const entry = (params as { entry?: { text?: string } } | undefined)?.entry
      if (method === 'Log.entryAdded' && entry?.text !== undefined) this.said.push(entry.text)
    })
    for (const domain of ['Page', 'Runtime', 'Log']) await this.#ask(`${domain}.enable`, {})
  }

  async go(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve
    })
    const { errorText } = await this.#ask('Page.navigate', { url })
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`)
    await loaded
  }

  async run(expression: string): Promise<unknown> {
    const answer = await this.#ask('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true, userGesture: true },
      // The debugger is above the policy of the page unless told otherwise.
      allowUnsafeEvalBlockedByCSP: false,
    })
    const { result, exceptionDetails } = answer as {
      result?: { value?: unknown; description?: string }
      exceptionDetails?: { text: string }
    }
    if (exceptionDetails !== undefined) {
      throw new Error(result?.description ?? exceptionDetails.text)
    }
    return result?.value
  }

  async shoot(file: string): Promise<void> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png' })
    writeFileSync(file, Buffer.from(String(data), 'base64'))
  }

  async close(): Promise<void> {
    await this.#pipe.ask('Target.closeTarget', { targetId: this.#target })
  }

  #ask(method: string, params: object): Promise<Record<string, unknown>> {
    return this.#pipe.ask(method, params, this.#session)
  }
}
