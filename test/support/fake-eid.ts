/** An EID that says what a test wants it to say: `await using eid = await fakeEid({ document })`. */
import { type DidDocument, wholeDocumentText } from '../../src/protocol/did/document.ts'
import { type FakeRpc, fakeRpc } from './fake-rpc.ts'

export interface FakeEid {
  /** What it answers for every DID; `undefined` for a DID that nobody published. */
  document: DidDocument | undefined
  /** 0 valid, 2 deactivated, 3 unpublished. */
  status: number
  /** Seconds by which its head lags behind now. */
  lag: number
  height: number
}

export async function fakeEid(
  first: Partial<FakeEid> & Pick<FakeEid, 'document'>,
): Promise<FakeRpc & { readonly says: FakeEid }> {
  const says: FakeEid = { status: 0, lag: 0, height: 1, ...first }
  const hex = (value: number) => `0x${value.toString(16)}`
  const rpc = await fakeRpc({
    eth_blockNumber: () => hex(says.height),
    eth_getBlockByNumber: () => ({
      number: hex(says.height),
      timestamp: hex(Math.floor(Date.now() / 1000) - says.lag),
    }),
    did_resolveDID: () => resolved(says),
  })
  return { ...rpc, says }
}

function resolved({ document, status }: FakeEid): object {
  if (document === undefined) return { did: asked(), status: 3, transaction: [] }
  const payload = Buffer.from(wholeDocumentText(document)).toString('base64url')
  const header = { specification: 'elastos/did/1.0', operation: 'create' }
  const mined = { txid: '11'.repeat(32), timestamp: '2026-01-01T00:00:00Z' }
  const created = { ...mined, operation: { header, payload } }
  const ended = {
    ...mined,
    operation: { header: { ...header, operation: 'deactivate' }, payload: document.id },
  }
  const transaction = status === 2 ? [ended, created] : [created]
  return { did: document.id, status, transaction }
}

/** Its tests ask for one DID that is not published: that of the vector. */
function asked(): string {
  return 'did:elastos:iivdbPq6D7JNJWRJxF9AbyEAojmKUnEMRf'
}
