/**
 * A key that lives as long as one instance. The private half goes into its configuration; whoever
 * answers a fresh nonce with it is the process that was started, and not another on its socket.
 */
import { generateKeyPairSync, verify } from 'node:crypto'

export interface InstanceKey {
  /** Ed25519, PKCS #8 in PEM. */
  readonly privatePem: string
  verify(nonce: string, signature: Uint8Array): boolean
}

export function makeInstanceKey(instance: string): InstanceKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    verify: (nonce, signature) => {
      const text = Buffer.from(`ela-instance/1\n${instance}\n${nonce}`)
      return verify(null, text, publicKey, signature)
    },
  }
}
