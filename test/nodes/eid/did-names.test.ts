import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkName } from '../../../src/nodes/eid/did-names.ts'
import { eid } from '../../../src/nodes/eid/kind.ts'
import { reservedNamesOption } from '../../../src/nodes/eid/reserved-names.ts'
import { type DidDocument, parseDocument } from '../../../src/protocol/did/document.ts'
import { fails } from '../../support/fails.ts'
import { startNode } from '../../support/node.ts'

const ALICE = 'did:elastos:iTWqanUovh3zHfnExGaan4SJAXG3DCZC6j'
const BOB = 'did:elastos:iXcRhYB38gMt1phi5JXJMjeXL2TL8cg58y'
const test = suite('reserved names')

function documentOf(name: string, controller: string | string[], signers: string[]): DidDocument {
  const document = parseDocument({ id: `did:elastos:${name}`, controller })
  const proofs = signers.map((did) => ({
    type: 'ECDSAsecp256r1',
    created: '',
    creator: `${did}#primary`,
    signatureValue: '',
  }))
  return { ...document, proofs }
}

test('are nobody’s, in whatever case they are written', async () => {
  const reserved = reservedNamesOption(['Elastos', 'cro'])
  for (const name of ['elastos', 'ELASTOS', 'Cro']) {
    await fails('eid/reservedName', () => checkName(documentOf(name, ALICE, [ALICE]), reserved))
  }
  checkName(documentOf('elastos1', ALICE, [ALICE]), reserved)
  checkName(documentOf('constructor', ALICE, [ALICE]), reserved)
  checkName(documentOf('elastos', ALICE, [ALICE]), undefined)
})

test('are for the one they were given to, as a controller who signs once', async () => {
  const reserved = reservedNamesOption({ Elastos: ALICE, cro: null })
  checkName(documentOf('elastos', ALICE, [ALICE]), reserved)
  checkName(documentOf('elastos', [BOB, ALICE], [ALICE]), reserved)
  for (const document of [
    documentOf('elastos', BOB, [BOB]),
    documentOf('elastos', [BOB, ALICE], [BOB]),
    documentOf('elastos', BOB, [ALICE]),
    documentOf('elastos', [BOB, ALICE], [ALICE, ALICE]),
  ]) {
    await fails('eid/nameOfAnother', () => checkName(document, reserved))
  }
  await fails('eid/reservedName', () => checkName(documentOf('cro', ALICE, [ALICE]), reserved))
})

test('come from the config, which is checked before anything starts', async () => {
  assert.equal(reservedNamesOption(undefined), {})
  for (const wrong of [7, 'elastos', [7], ['a b'], { elastos: 7 }, { elastos: 'alice' }, null]) {
    const options = { reservedNames: wrong }
    await fails('evm/badOption', () => startNode(eid, { options }))
  }
  await fails('evm/badOption', () => startNode(eid, { options: { sdkListener: 70_000 } }))
  await fails('evm/badOption', () => startNode(eid, { options: { clock: 'yesterday' } }))
})

test.run()
