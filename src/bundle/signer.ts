/** What makes a signature: a key at hand, or a program that asks a key elsewhere. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { messageOf } from '../base/errors.ts'
import { signText } from '../protocol/did/sign.ts'
import { BundleError } from './errors.ts'
import { type BundleSignature, isKeyId, lowForm } from './signature-file.ts'

export interface Signer {
  /** @param message the 64 bytes of `messageFor` */
  sign(message: Buffer): Promise<BundleSignature>
}

const EXEC = 'exec:'
const MAX_ANSWER_BYTES = 65_536
const SIGNATURE_BYTES = 64

/** RFC 6979, so the same bundle gets the same signature. Throws `bundle/badKeyId`. */
export function keySigner(kid: string, privateKey: Uint8Array): Signer {
  checkKeyId(kid)
  return {
    sign: async (message) =>
      signatureOf(kid, Buffer.from(signText(message, privateKey), 'base64url')),
  }
}

/**
 * A program as `exec:COMMAND`, run by the shell: it gets {"alg","digest","kid","message"} on stdin,
 * digest and message in hex, and answers {"sig"}, base64url of r || s or of ASN.1 as most key
 * services write it. The digest is SHA-256 of the message.
 *
 * Throws `bundle/badSigner`, `bundle/badKeyId`; signing throws `bundle/signerFailed`.
 */
export function execSigner(typed: string, kid: string, signal: AbortSignal): Signer {
  const command = typed.startsWith(EXEC) ? typed.slice(EXEC.length).trim() : ''
  if (command === '') throw BundleError.badSigner(typed)
  checkKeyId(kid)
  return {
    sign: async (message) => {
      const digest = createHash('sha256').update(message).digest('hex')
      const question = { alg: 'ES256', digest, kid, message: message.toString('hex') }
      const answer = await ask(command, JSON.stringify(question), signal)
      return signatureOf(kid, signatureIn(command, answer))
    },
  }
}

function checkKeyId(kid: string): void {
  if (!isKeyId(kid)) throw BundleError.badKeyId(kid)
}

function signatureOf(kid: string, bytes: Buffer): BundleSignature {
  return { alg: 'ES256', kid, sig: lowForm(bytes).toString('base64url') }
}

function ask(command: string, question: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (how: string) => reject(BundleError.signerFailed(command, how))
    // What it says on stderr is for the person: a PIN may be asked for there.
    const child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'], signal })
    let answer = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (answer.length > MAX_ANSWER_BYTES) child.kill()
    })
    child.once('error', (error) => failed(messageOf(error)))
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(answer)
      else failed(`it ended with ${killedBy ?? code}`)
    })
    // A program that reads nothing closes its end; its answer or exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${question}\n`)
  })
}

function signatureIn(command: string, answer: string): Buffer {
  let sig: unknown
  try {
    sig = (JSON.parse(answer) as { sig?: unknown }).sig
  } catch {
    throw BundleError.signerFailed(command, 'its answer is no JSON')
  }
  if (typeof sig !== 'string') throw BundleError.signerFailed(command, 'its answer has no `sig`')
  const bytes = Buffer.from(sig, 'base64url')
  const plain = bytes.length === SIGNATURE_BYTES ? bytes : fromAsn1(bytes)
  if (plain === undefined) throw BundleError.signerFailed(command, '`sig` is no P-256 signature')
  return plain
}

/** `30 len 02 len r 02 len s` → r || s. */
function fromAsn1(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || bytes[2] !== 0x02) return undefined
  const sAt = 4 + (bytes[3] ?? 0)
  if (bytes[sAt] !== 0x02 || sAt + 2 + (bytes[sAt + 1] ?? 0) !== bytes.length) return undefined
  const numbers = [bytes.subarray(4, sAt), bytes.subarray(sAt + 2)].map((number) =>
    number
      .toString('hex')
      .replace(/^(?:00)+/, '')
      .padStart(SIGNATURE_BYTES, '0'),
  )
  const plain = Buffer.from(numbers.join(''), 'hex')
  return plain.length === SIGNATURE_BYTES ? plain : undefined
}
