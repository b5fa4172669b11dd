/** How publishing and installing are told. */
import type { Paint } from '../base/printer.ts'
import type { DoneAct, Publication, PublishPlan } from '../releases/publish.ts'
import { formatAmount } from '../wallet/amount.ts'
import { sizeText } from './pack-run.ts'
import type { ReleasePlace } from './release-place.ts'

export interface PublishTold {
  readonly wish: Publication
  readonly plan: PublishPlan
  readonly added: readonly string[] | undefined
  /** Of all files of the release before. */
  readonly bytesBefore: number | undefined
  readonly place: ReleasePlace
  /** `undefined` for a dry run. */
  readonly done: readonly DoneAct[] | undefined
}

export function publishData({ wish, plan, added, bytesBefore, place, done }: PublishTold) {
  const { bundle, channel, store } = wish
  const { app, name, version, seq } = bundle.manifest
  const { address, chainId } = place.registry
  const isHere = plan.already !== undefined
  return {
    bundleId: bundle.bundleId,
    ...{ app, name, version, seq },
    channel: channel ?? null,
    status: done === undefined ? 'planned' : isHere && done.length === 0 ? 'already' : 'published',
    ...{ tree: plan.tree, store: store.name, locations: plan.locations },
    ...{ registry: address, chainId, from: plan.from },
    previous: plan.before?.bundle ?? null,
    ...{ bytes: bundle.manifest.files.bytes, bytesBefore: bytesBefore ?? null },
    addedCapabilities: added ?? null,
    transactions: done ?? plan.acts,
    gasPrice: plan.gasPrice,
    cost: done === undefined ? plan.cost : sum(done.map(({ gasUsed }) => gasUsed)) * plan.gasPrice,
  }
}

type PublishAnswer = ReturnType<typeof publishData>

const VERBS: Readonly<Record<string, string>> = {
  planned: 'would be published',
  already: 'was published before',
  published: 'published',
}

export function publishText(data: PublishAnswer, paint: Paint): string {
  const { name, version, seq, status, channel, tree, store, transactions } = data
  const on = channel === null ? '' : ` on ${channel}`
  return [
    `${paint('bold', `${name} ${version}`)} ${VERBS[status]} as release ${seq}${on}`,
    data.bundleId,
    `app       ${data.app}`,
    `content   ${tree} in ${store}`,
    `size      ${sizeText(data.bytes)}${data.bytesBefore === null ? '' : `, ${sizeText(data.bytesBefore)} before`}`,
    `registry  ${data.registry} on chain ${data.chainId}`,
    ...transactions.map((one) =>
      'hash' in one
        ? `${one.act.padEnd(9)} ${one.hash}, block ${one.height}, ${one.gasUsed} gas`
        : `${one.act.padEnd(9)} at most ${one.gas} gas`,
    ),
    ...(data.addedCapabilities ?? []).map((one) => `${paint('yellow', 'asks for more:')} ${one}`),
    `cost      ${formatAmount(data.cost, 'esc')} ELA from ${data.from}`,
  ].join('\n')
}

function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, one) => total + one, 0n)
}
