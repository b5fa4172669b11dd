/** The forms keys come in from elsewhere, told apart by their look. */
import { fromHex } from '../base/bytes-text.ts'
import { ElaError } from '../base/errors.ts'
import { openKeystoreDat } from '../protocol/ela/keystore-dat.ts'
import { isPrivateKey } from './derive.ts'
import { KeyError } from './key-errors.ts'
import type { KeySecret } from './key-secret.ts'
import { readMnemonic } from './mnemonic.ts'
import { looksLikeWeb3, openWeb3 } from './web3-keystore.ts'

export const keyForms = [
  'phrase',
  'evm-key',
  'ela-key',
  'ela-keystore',
  'web3',
  'did-store',
] as const
export type KeyForm = (typeof keyForms)[number]

export function isKeyForm(word: string): word is KeyForm {
  return keyForms.some((form) => form === word)
}

export interface FormOptions {
  /** Said by the user; otherwise by the look of the text. */
  readonly form: KeyForm | undefined
  /** Second secret of words. */
  readonly passphrase: string
  /** Asked for when the text is encrypted. */
  readonly password: () => Promise<string>
}

/**
 * The secret a text holds. Throws `keys/notAKey`, `keys/walletPassword`, `protocol/wrongPassword`, and for
 * words what `readMnemonic` does, without quoting them.
 */
export async function secretIn(text: string, options: FormOptions): Promise<KeySecret> {
  const trimmed = text.trim()
  const form = options.form ?? lookOf(trimmed)
  if (form === 'evm-key' || form === 'ela-key') return privateKeyIn(trimmed, form)
  if (form === 'ela-keystore') return walletIn(trimmed, await options.password())
  if (form === 'web3') {
    return { kind: 'evm', privateKey: await openWeb3(trimmed, await options.password()) }
  }
  if (form === 'did-store') throw KeyError.notAKey('the folder of a DID store')
  const { language, entropy } = await wordsIn(trimmed)
  return { kind: 'phrase', language, entropy, passphrase: options.passphrase }
}

function lookOf(text: string): KeyForm {
  if (text.startsWith('{')) return looksLikeWeb3(text) ? 'web3' : 'ela-keystore'
  return /^(0x)?[0-9a-fA-F]+$/.test(text) ? 'evm-key' : 'phrase'
}

function privateKeyIn(text: string, form: 'evm-key' | 'ela-key'): KeySecret {
  const [kind, curve, chain] =
    form === 'evm-key'
      ? (['evm', 'secp256k1', 'ESC and EID'] as const)
      : (['ela', 'p256', 'the main chain'] as const)
  const privateKey = /^(0x)?[0-9a-fA-F]{64}$/.test(text) ? fromHex(text) : new Uint8Array()
  if (!isPrivateKey(curve, privateKey)) {
    throw KeyError.notAKey(`a private key of ${chain}: 64 hexadecimal digits`)
  }
  return { kind, privateKey }
}

/** A word that is wrong may still be a whole secret pasted into the wrong place: it is not quoted. */
async function wordsIn(text: string) {
  try {
    return await readMnemonic(text)
  } catch (error) {
    if (!(error instanceof ElaError) || error.code !== 'identity/unknownWord') throw error
    const [, place = '?'] = /^Word (\d+)/.exec(error.message) ?? []
    throw KeyError.unknownWord(place)
  }
}

/** The main account of a wallet file, or its only one. */
function walletIn(text: string, password: string): KeySecret {
  const own = openKeystoreDat(text, password).filter((account) => account.privateKey !== undefined)
  const account = own.find(({ isMain }) => isMain) ?? (own.length === 1 ? own[0] : undefined)
  if (account?.privateKey === undefined) {
    throw KeyError.notAKey(`a wallet with a main account (${own.length} accounts have a key)`)
  }
  return { kind: 'ela', privateKey: account.privateKey }
}
