/** What a device or a service says of itself in its document. */
import type { Credential } from '../protocol/did/credential.ts'
import type { DidDocument } from '../protocol/did/document.ts'
import { parseTime } from '../protocol/did/time.ts'
import { issueCredential, type Signer } from './credential.ts'
import type { DidKind } from './did-list.ts'

const TYPES: Readonly<Record<DidKind, string>> = {
  device: 'DeviceCredential',
  service: 'ServiceCredential',
}

/** `#device` or `#service`, issued by itself until its document ends. */
export function kindCredential(
  kind: DidKind,
  { document, signer, time }: { document: DidDocument; signer: Signer; time: number },
): Credential {
  return issueCredential({
    issuer: signer,
    subject: document.id,
    fragment: kind,
    types: [TYPES[kind]],
    properties: { kind },
    time,
    expires: parseTime(document.expires) ?? time,
  })
}
