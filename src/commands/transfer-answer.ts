/** What `faucet` and `send` say: while they wait, and at the end. */
import type { Printer } from '../base/printer.ts'
import { formatAmount } from '../wallet/amount.ts'
import type { Transfer } from '../wallet/transfer.ts'

const SAY_AFTER_MS = 200

/** How long to wait for a block, unless `--no-wait` is given. */
export const WAIT_MS = 10_000

/** Runs a transfer, says what it waits for when it takes long, and answers. */
export async function answerTransfer(
  schema: 'faucet' | 'send',
  printer: Printer,
  run: () => Promise<Transfer>,
): Promise<void> {
  const timer = setTimeout(() => printer.say('Waiting for a block …'), SAY_AFTER_MS)
  let done: Transfer
  try {
    done = await run()
  } finally {
    clearTimeout(timer)
  }
  const { units, feeUnits, ...rest } = done
  const answer = {
    ...rest,
    amount: formatAmount(units, done.chain),
    ...(feeUnits === undefined ? {} : { fee: formatAmount(feeUnits, done.chain) }),
  }
  printer.answer(schema, answer, ({ amount, fee }) =>
    [
      `${amount} ELA from ${done.from} to ${done.to} on ${done.chain}`,
      done.status === 'mined' ? `mined in block ${done.height}` : 'waits for a block',
      `transaction ${done.txid}${fee === undefined ? '' : `, fee ${fee} ELA`}`,
    ].join('\n'),
  )
  if (done.status === 'pending') {
    printer.say(`Make a block with \`ela mine --on ${done.chain}\`.`)
  }
}
