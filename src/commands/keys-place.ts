/** Where the keys are, how one is opened, and how its public side is told. */
import type { Paint } from '../base/printer.ts'
import { unlockedKey } from '../identity/key-agent.ts'
import type { KeyHeader } from '../identity/key-file.ts'
import { type Keystore, keystoreOf } from '../identity/keystore.ts'
import { type OpenKey, openKey } from '../identity/open-key.ts'
import type { Context } from './context.ts'
import { type PasswordFlags, readPassword } from './secret-input.ts'

export interface KeyFlags extends PasswordFlags {
  readonly insecurePermissions?: boolean
}

export function keystoreFor({ insecurePermissions }: KeyFlags, { env }: Context): Keystore {
  return keystoreOf(env, insecurePermissions)
}

/** An unlocked key as it is, a locked one with its password. Throws `keys/…` and `input/…`. */
export async function openNamedKey(
  name: string,
  flags: KeyFlags,
  context: Context,
): Promise<OpenKey> {
  const keystore = keystoreFor(flags, context)
  const unlocked = await unlockedKey(name, keystore)
  if (unlocked !== undefined) return unlocked
  const question = { text: `Password of the key ${name}` }
  return openKey(name, await readPassword(flags, question, context), keystore)
}

export interface KeyRow {
  readonly name: string
  readonly kind: string
  readonly created: string
  readonly did?: string
  readonly ela?: string
  readonly evm?: string
}

export function rowOfKey({ name, kind, created, public: parts }: KeyHeader): KeyRow {
  return { name, kind, created, ...parts }
}

export function keyText({ name, kind, did, ela, evm }: KeyRow, paint: Paint): string {
  const lines = [
    ...(did === undefined ? [] : [`  DID         ${did}`]),
    ...(ela === undefined ? [] : [`  main chain  ${ela}`]),
    ...(evm === undefined ? [] : [`  ESC, EID    ${evm}`]),
  ]
  return [`${paint('bold', name)}  ${kind}`, ...lines].join('\n')
}
