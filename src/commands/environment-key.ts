/**
 * The key that a CI's store of secrets hands over: ELA_KEYSTORE_JSON is the text of a key file of
 * `ela keys`, and ELA_KEYSTORE_PASSWORD its password. Neither goes on to programs that are started.
 */
import { hide } from '../base/redactor.ts'
import { type OpenKey, openKeyText } from '../identity/open-key.ts'
import type { Context } from './context.ts'
import { type PasswordFlags, readPassword } from './secret-input.ts'

const TEXT = 'ELA_KEYSTORE_JSON'
const PASSWORD = 'ELA_KEYSTORE_PASSWORD'

/** `undefined` when none is handed over. Throws `keys/…` and `input/…`. */
export async function environmentKey(
  flags: PasswordFlags,
  context: Context,
): Promise<OpenKey | undefined> {
  const text = context.env[TEXT] ?? ''
  if (text === '') return undefined
  const password = context.env[PASSWORD] ?? ''
  if (password !== '') {
    hide(password)
    return openKeyText(text, TEXT, password)
  }
  const passwordFile = flags.passwordFile ?? context.env['ELA_PASSWORD_FILE'] ?? ''
  const given = passwordFile === '' ? flags : { ...flags, passwordFile }
  return openKeyText(
    text,
    TEXT,
    await readPassword(given, { text: `Password of ${TEXT}` }, context),
  )
}

/** What programs that are started may see of the environment. */
export function withoutSecrets(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { [TEXT]: _text, [PASSWORD]: _password, ...rest } = env
  return rest
}
