import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { newDocument } from '../../src/identity/did-document.ts'
import { wholeDocumentText } from '../../src/protocol/did/document.ts'
import { app, privateKey } from '../support/bundle.ts'
import { root } from '../support/ela.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { type Figure, ratio } from './figure.ts'
import { commandTime, pair, peakMemory } from './measure.ts'

const ROUNDS = 3
const FILES = 5_000
const FILE_BYTES = 40_000
const MAX_MEMORY_MB = 200

/** 5,000 files, 200 MB: packing and unpacking against tar, each side a whole process. */
export async function benchBundle(): Promise<readonly Figure[]> {
  using folder = temporaryFolder()
  const project = folder.join('project')
  writeProject(folder)
  const ela = path.join(root, 'bin/ela.js')
  const node = (...args: readonly string[]) => commandTime(process.execPath, args, folder.path)
  const packing = [ela, 'pack', project, '--app', app, '--out', folder.join('out'), '--json']
  const bundle = folder.join('out/project-0.1.0.dapp.tgz')
  const packed = await pair(
    ROUNDS,
    () => node(...packing, '--as', 'alice'),
    () => commandTime('tar', ['-czf', folder.join('gnu.tgz'), '-C', project, '.'], folder.path),
  )
  signForApp(bundle, folder)
  const target = folder.join('unpacked')
  const verifying = [ela, 'verify', bundle, '--with', folder.join('app.json'), '--to', target]
  const unpacked = await pair(
    ROUNDS,
    () => fresh(target, () => node(...verifying)),
    () =>
      fresh(target, () => {
        mkdirSync(target)
        return commandTime('tar', ['-xzf', bundle, '-C', target], folder.path)
      }),
  )
  const packMb = await peakMemory(process.execPath, [...packing, '--as', 'alice'])
  signForApp(bundle, folder)
  rmSync(target, { recursive: true, force: true })
  const verifyMb = await peakMemory(process.execPath, verifying)
  const others = await pair(
    1,
    () => npmPack(folder),
    () => nodeTar(folder),
  )
  return [
    ratio('pack + hash + sign + gzip / tar -czf', packed, '≤ 1 ×'),
    ratio('verify + unpack / tar -xzf', unpacked, '≤ 1 ×'),
    memory('memory of pack', packMb),
    memory('memory of verify + unpack', verifyMb),
    ratio('npm pack / tar -czf', { ...others, b: packed.b, ratio: others.a / packed.b }, ''),
    ratio('node-tar / tar -czf', { a: others.b, b: packed.b, ratio: others.b / packed.b }, ''),
  ]
}

function memory(what: string, mebibytes: number): Figure {
  const measured = mebibytes * 1.048_576
  return {
    what,
    measured,
    unit: 'MB',
    budget: `≤ ${MAX_MEMORY_MB} MB`,
    note: 'peak, whole process',
  }
}

/** Six files of ten are text, four are noise as pictures and music are. */
function writeProject(folder: TemporaryFolder): void {
  let noise = Buffer.alloc(32)
  const next = () => {
    noise = createHash('sha256').update(noise).digest()
    return noise
  }
  for (let n = 0; n < FILES; n += 1) {
    const below = folder.join('project', `part-${n % 50}`)
    if (n < 50) mkdirSync(below, { recursive: true })
    const content = n % 10 < 6 ? sourceText(n) : Buffer.concat(Array.from({ length: 1_250 }, next))
    writeFileSync(path.join(below, `file-${n}.${n % 10 < 6 ? 'js' : 'bin'}`), content)
  }
  writeFileSync(folder.join('project/index.html'), '<!doctype html><title>bench</title>')
  writeFileSync(folder.join('project/package.json'), '{"name":"project","version":"0.1.0"}')
  const time = Math.floor(Date.now() / 1000)
  const text = wholeDocumentText(newDocument({ privateKey, time, services: [] }))
  writeFileSync(folder.join('app.json'), text)
  // The key of the format's vector, as the answer of a key service would bring it.
  writeFileSync(folder.join('sign.mjs'), SIGN)
}

function sourceText(n: number): Buffer {
  let text = ''
  for (let line = 0; text.length < FILE_BYTES; line += 1) {
    const id = (n * 7_919 + line * 104_729) % 1_000_003
    text += `export function value${id}(input, index) { return input[${id % 97}] * index + ${id} }\n`
  }
  return Buffer.from(text.slice(0, FILE_BYTES))
}

const SIGN = `
import { readFileSync } from 'node:fs'
import { createECDH, createPrivateKey, sign } from 'node:crypto'
const pair = createECDH('prime256v1')
pair.setPrivateKey(process.argv[2], 'hex')
const point = pair.getPublicKey()
const text = (bytes) => bytes.toString('base64url')
const jwk = { kty: 'EC', crv: 'P-256', d: text(pair.getPrivateKey()), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) }
const key = createPrivateKey({ key: jwk, format: 'jwk' })
const message = Buffer.from(JSON.parse(readFileSync(0, 'utf8')).message, 'hex')
console.log(JSON.stringify({ sig: text(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })) }))
`

/** Packed without a strange signature, then signed by the app's own key. */
function signForApp(bundle: string, folder: TemporaryFolder): void {
  const ela = path.join(root, 'bin/ela.js')
  const project = folder.join('project')
  const pack = [ela, 'pack', project, '--app', app, '--out', path.dirname(bundle)]
  commandTime(process.execPath, pack, folder.path)
  const key = Buffer.from(privateKey).toString('hex')
  const signer = `exec:node ${folder.join('sign.mjs')} ${key}`
  commandTime(process.execPath, [ela, 'sign', bundle, '--signer', signer], folder.path)
}

function fresh(target: string, act: () => number): number {
  rmSync(target, { recursive: true, force: true })
  return act()
}

function npmPack(folder: TemporaryFolder): number {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path]
  return commandTime('npm', [...args, folder.join('project')], folder.path)
}

function nodeTar(folder: TemporaryFolder): number {
  const tar = JSON.stringify(import.meta.resolve('tar'))
  const wish = JSON.stringify({
    file: folder.join('node.tgz'),
    gzip: true,
    cwd: folder.join('project'),
  })
  const program = `import(${tar}).then((tar) => tar.create(${wish}, ['.']))`
  return commandTime(process.execPath, ['-e', program], folder.path)
}
