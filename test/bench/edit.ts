import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { elaBuilt } from '../support/ela.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type Figure, ratio } from './figure.ts'
import { freePort } from './http.ts'
import { median } from './measure.ts'
import { startEla } from './running-ela.ts'

const ROUNDS = 9
/** A mark that does not come by then never does: the edit has broken the DApp. */
const LIMIT_MS = 20_000

/** From a saved file until the DApp's answer is the new one. */
export async function benchEdit(): Promise<readonly Figure[]> {
  const script = await edited(
    'service',
    'src/http.ts',
    'script → new answer',
    '≤ 150 ms',
    (source, mark) =>
      source.replace(
        "const headers = { 'content-type': 'application/json' }",
        `const headers = { 'content-type': 'application/json', 'x-mark': '${mark}' }`,
      ),
  )
  const asset = await edited(
    'web',
    'public/index.html',
    'asset → new answer',
    '≤ 30 ms',
    (source, mark) => source.replace('</body>', `<!-- ${mark} --></body>`),
  )
  return [...script, ...asset]
}

async function edited(
  template: string,
  file: string,
  what: string,
  budget: string,
  change: (source: string, mark: string) => string,
): Promise<readonly Figure[]> {
  using folder = temporaryFolder()
  const made = await elaBuilt(['init', 'shop', '--template', template, '--yes'], {
    cwd: folder.path,
  })
  if (made.code !== 0) throw new Error(made.stderr)
  const project = folder.join('shop')
  const running = startEla(['dev', '--port-base', `${await freePort()}`], project)
  try {
    const { data } = await running.until('dapp-ready')
    const url = String(data['url'])
    const original = readFileSync(folder.join('shop', file), 'utf8')
    const times: number[] = []
    const bare: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const mark = `mark-${round}-${process.pid}`
      const next = change(original, mark)
      if (next === original) throw new Error(`${file} has no place for a mark`)
      const began = performance.now()
      writeFileSync(folder.join('shop', file), next)
      while (!(await answers(url, mark))) {
        if (performance.now() - began > LIMIT_MS) throw new Error(`no answer with ${mark}`)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      times.push(performance.now() - began)
      bare.push(await bareServer())
      // The watcher settles before the next edit, as between two saves of a person.
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const figures = { a: median(times), b: median(bare), ratio: median(times) / median(bare) }
    return [
      { what, measured: figures.a, unit: 'ms', budget, note: `${template} template` },
      ratio(`${what} / an HTTP server of bare Node`, figures, ''),
    ]
  } finally {
    await running.stop()
  }
}

/** From the spawn of the least there is to restart until it answers, in ms: what the machine costs. */
async function bareServer(): Promise<number> {
  const port = await freePort()
  const program = `require('node:http').createServer((_, out) => out.end()).listen(${port}, '127.0.0.1')`
  const began = performance.now()
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (!(await answers(`http://127.0.0.1:${port}`, ''))) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const took = performance.now() - began
  child.kill('SIGKILL')
  await ended
  return took
}

async function answers(url: string, mark: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    const text = await response.text()
    return text.includes(mark) || response.headers.get('x-mark') === mark
  } catch {
    return false
  }
}
