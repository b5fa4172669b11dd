/** `ela keys new` and `ela keys import`. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { readDidStore } from '../identity/did-store-read.ts'
import { KeyError } from '../identity/key-errors.ts'
import { isKeyForm, type KeyForm, keyForms, secretIn } from '../identity/key-forms.ts'
import type { KeySecret } from '../identity/key-secret.ts'
import { addKey, refuseTakenName } from '../identity/keystore.ts'
import { newMnemonic, readMnemonic } from '../identity/mnemonic.ts'
import type { Context } from './context.ts'
import { CommandError } from './errors.ts'
import { type KeyFlags, keystoreFor, keyText, rowOfKey } from './keys-place.ts'
import {
  askHidden,
  InputError,
  passwordIn,
  readOtherPassword,
  readPassword,
  readSecretFile,
  readStdin,
} from './secret-input.ts'

export interface NewFlags extends KeyFlags {
  readonly words: string
}

export interface ImportFlags extends KeyFlags {
  readonly as?: string
  readonly sourcePasswordFile?: string
  readonly passphraseFile?: string
}

export async function runNew(name: string, flags: NewFlags, context: Context): Promise<void> {
  const { words } = flags
  if (words !== '12' && words !== '24') {
    throw CommandError.notOneOf('--words', words, ['12', '24'])
  }
  refuseTakenName(name, keystoreFor(flags, context))
  const phrase = await newMnemonic(words === '12' ? 12 : 24)
  const { language, entropy } = await readMnemonic(phrase)
  await keep(
    name,
    { kind: 'phrase', language, entropy, passphrase: '' },
    {
      schema: 'keys new',
      flags,
      context,
    },
  )
  context.printer.say(
    `Without a copy the key is lost with this disk: write its words down, \`ela keys export ${name} --reveal\`.`,
  )
}

export async function runImport(
  { name, source }: { readonly name: string; readonly source: string | undefined },
  flags: ImportFlags,
  context: Context,
): Promise<void> {
  if (flags.as !== undefined && !isKeyForm(flags.as)) {
    throw CommandError.notOneOf('--as', flags.as, keyForms)
  }
  if (source === '-' && flags.passwordStdin === true) throw InputError.stdinTwice()
  refuseTakenName(name, keystoreFor(flags, context))
  const secret = await secretFrom(source, flags, context)
  await keep(name, secret, { schema: 'keys import', flags, context })
  if (source !== undefined && source !== '-') {
    context.printer.say(`${source} still holds the key. Delete it when you have a backup.`)
  }
}

async function secretFrom(
  source: string | undefined,
  flags: ImportFlags,
  context: Context,
): Promise<KeySecret> {
  const { sourcePasswordFile, passphraseFile } = flags
  const form = flags.as as KeyForm | undefined
  const passphrase = passphraseFile === undefined ? '' : passwordIn(passphraseFile, context)
  const password = (text: string) =>
    readOtherPassword(sourcePasswordFile, { text, flag: 'source-password-file' }, context)
  if (source !== undefined && source !== '-' && isFolder(path.resolve(context.cwd, source))) {
    if (form !== undefined && form !== 'did-store') throw KeyError.notAKey(keyFormText(form))
    const folder = path.resolve(context.cwd, source)
    return readDidStore({
      folder,
      passphrase,
      password: await password('Password of the DID store'),
    })
  }
  if (form === 'did-store') throw KeyError.notAKey(keyFormText(form))
  const text = await textOf(source, context)
  return secretIn(text, {
    form,
    passphrase,
    password: () => password('Password of the wallet file'),
  })
}

function keyFormText(form: KeyForm): string {
  return form === 'did-store' ? 'the folder of a DID store' : `a file with the form \`${form}\``
}

async function textOf(source: string | undefined, context: Context): Promise<string> {
  if (source === '-') return readStdin(context)
  if (source !== undefined) return readSecretFile(source, context)
  if (!context.interactive) throw InputError.secretNeeded()
  return askHidden('The words, or the private key in hexadecimal')
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
}

async function keep(
  name: string,
  secret: KeySecret,
  { schema, flags, context }: { schema: string; flags: KeyFlags; context: Context },
): Promise<void> {
  const keystore = keystoreFor(flags, context)
  const question = { text: `New password for the key ${name}`, isNew: true }
  const password = await readPassword(flags, question, context)
  const header = await addKey(name, secret, { password, keystore })
  context.printer.answer(schema, rowOfKey(header), keyText)
}
