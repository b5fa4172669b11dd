/** `ela keys list`, `show` and `remove`: nothing here needs a password. */
import { ElaError } from '../base/errors.ts'
import type { Paint } from '../base/printer.ts'
import { lockKey, unlockedUntil } from '../identity/key-agent.ts'
import { KeyError } from '../identity/key-errors.ts'
import { type Keystore, keyNames, listKeys, readKey, removeKey } from '../identity/keystore.ts'
import type { Context } from './context.ts'
import { CommandError } from './errors.ts'
import { type KeyFlags, type KeyRow, keystoreFor, keyText, rowOfKey } from './keys-place.ts'
import { askYes } from './secret-input.ts'

interface Row extends KeyRow {
  /** Until when it can be used without its password, RFC 3339. */
  readonly unlockedUntil?: string
}

export async function runList(flags: KeyFlags, context: Context): Promise<void> {
  const keystore = keystoreFor(flags, context)
  const { printer } = context
  const listed = listKeys(keystore)
  const rows: Row[] = []
  const damaged: { readonly name: string; readonly code: string }[] = []
  for (const one of listed) {
    if ('problem' in one) {
      damaged.push({ name: one.name, code: one.problem.code })
      printer.warn(one.problem.message, one.problem.hint)
    } else {
      rows.push(await rowOf(one, keystore))
    }
  }
  const answer = { folder: keystore.folder, keys: rows, damaged }
  printer.answer('keys list', answer, ({ keys }, paint) =>
    keys.map((row) => rowText(row, paint)).join('\n'),
  )
  if (listed.length === 0) {
    printer.say(`There is no key in ${keystore.folder}. Make one with \`ela keys new main\`.`)
  }
}

export async function runShow(name: string, flags: KeyFlags, context: Context): Promise<void> {
  const keystore = keystoreFor(flags, context)
  const row = await rowOf(readKey(name, keystore), keystore)
  context.printer.answer('keys show', row, rowText)
}

export async function runRemove(
  name: string,
  flags: KeyFlags & { readonly yes?: boolean },
  context: Context,
): Promise<void> {
  const keystore = keystoreFor(flags, context)
  const names = keyNames(keystore)
  if (!names.includes(name)) throw KeyError.unknownName(name, names)
  if (flags.yes !== true) {
    if (!context.interactive) throw CommandError.confirmationNeeded(`delete the key ${name}`)
    const sure = await askYes(`Delete the key ${name}? Without a copy it is lost for ever.`)
    if (!sure) {
      context.printer.say('Nothing was deleted.')
      context.exitWith(1)
      return
    }
  }
  await lockKey(name, keystore)
  removeKey(name, keystore)
  context.printer.answer('keys remove', { name }, () => `${name} removed`)
}

async function rowOf(header: Parameters<typeof rowOfKey>[0], keystore: Keystore): Promise<Row> {
  const until = await stateOf(header.name, keystore)
  const row = rowOfKey(header)
  return until === undefined ? row : { ...row, unlockedUntil: until.toISOString() }
}

/** A run folder that is not safe is the business of those who use an unlocked key. */
async function stateOf(name: string, keystore: Keystore): Promise<Date | undefined> {
  try {
    return await unlockedUntil(name, keystore)
  } catch (error) {
    if (error instanceof ElaError) return undefined
    throw error
  }
}

function rowText(row: Row, paint: Paint): string {
  const text = keyText(row, paint)
  return row.unlockedUntil === undefined
    ? text
    : `${text}\n  ${paint('yellow', `unlocked until ${row.unlockedUntil}`)}`
}
