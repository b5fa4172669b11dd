import type { Command } from 'commander'
import { toHex } from '../base/bytes-text.ts'
import type { Paint } from '../base/printer.ts'
import type { DevnetAccount } from '../identity/devnet-accounts.ts'
import type { Context } from './context.ts'

interface Secrets {
  /** Of the main chain account and of the DID. */
  readonly elaPrivateKey: string
  readonly evmPrivateKey: string
}

interface Row {
  readonly name: string
  readonly index: number
  readonly ela: string
  readonly evm: string
  readonly did: string
  readonly secrets?: Secrets
}

interface Answer {
  /** Every devnet has these accounts: their keys are known to everybody. */
  readonly public: true
  readonly phrase?: string
  readonly accounts: readonly Row[]
}

const PUBLIC =
  'These keys are public: every devnet has them. Never send anything of value to these addresses.'

export function define(command: Command, { printer }: Context): void {
  command
    .option('--secrets', 'show the phrase and the private keys, which are public and worthless')
    .addHelpText('after', '\nExamples:\n  ela accounts\n  ela accounts --json --secrets')
    .action(async ({ secrets = false }: { secrets?: boolean }) => {
      const { DEVNET_PHRASE, devnetAccounts } = await import('../identity/devnet-accounts.ts')
      const accounts = devnetAccounts().map((account) => rowOf(account, secrets))
      const answer: Answer = {
        public: true,
        ...(secrets ? { phrase: DEVNET_PHRASE } : {}),
        accounts,
      }
      if (!secrets) {
        printer.answer('accounts', answer, textOf)
        return
      }
      printer.reveal('accounts', answer, textOf)
      printer.warn(PUBLIC)
    })
}

function rowOf({ name, index, ela, evm, did }: DevnetAccount, secrets: boolean): Row {
  const row = { name, index, ela: ela.address, evm: evm.address, did: did.did }
  if (!secrets) return row
  const keys = {
    elaPrivateKey: toHex(ela.privateKey),
    evmPrivateKey: `0x${toHex(evm.privateKey)}`,
  }
  return { ...row, secrets: keys }
}

function textOf({ phrase, accounts }: Answer, paint: Paint): string {
  const lines = accounts.flatMap((row) => linesOf(row, paint))
  return [...(phrase === undefined ? [] : [`phrase  ${phrase}`]), ...lines].join('\n')
}

function linesOf({ name, ela, evm, did, secrets }: Row, paint: Paint): readonly string[] {
  const line = (label: string, value: string) => `        ${label.padEnd(12)}${value}`
  return [
    `${paint('bold', name.padEnd(8))}${'main chain'.padEnd(12)}${ela}`,
    line('ESC, EID', evm),
    line('DID', did),
    ...(secrets === undefined
      ? []
      : [line('P-256 key', secrets.elaPrivateKey), line('EVM key', secrets.evmPrivateKey)]),
  ]
}
