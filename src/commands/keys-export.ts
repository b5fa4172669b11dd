/** `ela keys export`: the only command that lets a secret out, and only where it is told to. */
import path from 'node:path'
import { toHex } from '../base/bytes-text.ts'
import { writeDidStore } from '../identity/did-store-write.ts'
import { KeyError } from '../identity/key-errors.ts'
import { mnemonicOf } from '../identity/mnemonic.ts'
import type { OpenKey } from '../identity/open-key.ts'
import { openKey } from '../identity/open-key.ts'
import { createPrivateFile } from '../identity/private-file.ts'
import { sealWeb3 } from '../identity/web3-keystore.ts'
import type { Context } from './context.ts'
import { CommandError } from './errors.ts'
import { type KeyFlags, keystoreFor, openNamedKey } from './keys-place.ts'
import { readOtherPassword } from './secret-input.ts'

export interface ExportFlags extends KeyFlags {
  readonly as?: string
  readonly to?: string
  readonly reveal?: boolean
  readonly index: string
  readonly storePasswordFile?: string
}

const forms = ['phrase', 'ela-key', 'evm-key', 'web3', 'did-store'] as const
type Form = (typeof forms)[number]

const natural: Readonly<Record<OpenKey['kind'], Form>> = {
  phrase: 'phrase',
  root: 'did-store',
  ela: 'ela-key',
  evm: 'evm-key',
}

export async function runExport(name: string, flags: ExportFlags, context: Context): Promise<void> {
  const { to, reveal = false } = flags
  const index = Number(flags.index)
  if (!/^\d{1,9}$/.test(flags.index)) throw CommandError.badNumber('--index', flags.index)
  if (flags.as !== undefined && !forms.some((form) => form === flags.as)) {
    throw CommandError.notOneOf('--as', flags.as, forms)
  }
  if (reveal === (to !== undefined)) throw CommandError.oneOfTwo('--to PATH', '--reveal')
  const key = await openNamedKey(name, flags, context)
  const form = (flags.as ?? natural[key.kind]) as Form
  if (form === 'did-store') {
    await exportStore(key, flags, context)
    return
  }
  const text =
    form === 'web3'
      ? await sealWeb3(key.evm(index).privateKey, await passwordFor(key, flags, context))
      : await textOf(key, form, index)
  const { printer } = context
  const about = { name, form, ...(form !== 'phrase' && { index }) }
  if (to === undefined) {
    printer.reveal('keys export', { ...about, secret: text }, ({ secret }) => secret)
    printer.warn('Whoever sees this can take everything the key owns.')
    return
  }
  const place = path.resolve(context.cwd, to)
  createPrivateFile(place, `${text}\n`)
  printer.answer('keys export', { ...about, to: place }, (data) => data.to)
}

async function textOf(key: OpenKey, form: Exclude<Form, 'did-store' | 'web3'>, index: number) {
  if (form === 'ela-key') return toHex(key.ela(index).privateKey)
  if (form === 'evm-key') return `0x${toHex(key.evm(index).privateKey)}`
  const secret = key.secret()
  if (secret.kind !== 'phrase') throw KeyError.wrongKind(key.name, 'phrase', `of kind ${key.kind}`)
  // Words alone would lead to other keys, and nobody would know why.
  if (secret.passphrase !== '') throw KeyError.passphraseToo(key.name)
  return mnemonicOf(secret.entropy, secret.language)
}

async function exportStore(key: OpenKey, flags: ExportFlags, context: Context): Promise<void> {
  const { to } = flags
  if (to === undefined) throw CommandError.oneOfTwo('--to FOLDER', 'another form than did-store')
  const password = await passwordFor(key, flags, context)
  const folder = path.resolve(context.cwd, to)
  await writeDidStore(folder, { name: key.name, secret: key.secret(), password })
  const about = { name: key.name, form: 'did-store', to: folder, did: key.public.did }
  context.printer.answer('keys export', about, (data) => `${data.to}  ${data.did}`)
  context.printer.say('DID stores protect their keys badly: keep the folder where nobody reads it.')
}

/** The password of what is exported, which must not be that of the key. */
async function passwordFor(key: OpenKey, flags: ExportFlags, context: Context): Promise<string> {
  const question = { text: 'New password for what is exported', flag: 'store-password-file' }
  const password = await readOtherPassword(flags.storePasswordFile, question, context)
  if (await opensKey(key.name, password, flags, context)) throw KeyError.samePassword()
  return password
}

async function opensKey(
  name: string,
  password: string,
  flags: KeyFlags,
  context: Context,
): Promise<boolean> {
  try {
    await openKey(name, password, keystoreFor(flags, context))
    return true
  } catch {
    return false
  }
}
