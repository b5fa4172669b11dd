/**
 * The DID SDK for JavaScript as tests use it. Its package names no types for Node, so what is used
 * here is written down; the code behind it is the unmodified package.
 */
import { createRequire } from 'node:module'

export interface SdkStatus {
  toString(): string
}

export interface SdkBiography {
  getStatus(): SdkStatus
  getTransactionCount(): number
  getTransaction(index: number): {
    getTransactionId(): string
    getRequest(): { getOperation(): { toString(): string } }
  }
}

export interface SdkDid {
  toString(): string
  resolve(force: boolean): Promise<SdkDocument | null>
  resolveBiography(): Promise<SdkBiography>
}

export interface SdkDocument {
  getSubject(): SdkDid
  getServiceCount(): number
  isGenuine(): Promise<boolean>
  isValid(): Promise<boolean>
  isDeactivated(): Promise<boolean>
  toString(normalized: boolean): string
  publish(storePassword: string): Promise<void>
  deactivate(signKey: null, storePassword: string): Promise<void>
  getDefaultPublicKeyId(): object
  setEffectiveController(did: SdkDid): void
  newCustomized(name: SdkDid | string, storePassword: string, force?: boolean): Promise<SdkDocument>
  newCustomizedDidWithController(
    name: string,
    controllers: readonly SdkDid[],
    signatures: number,
    storePassword: string,
  ): Promise<SdkDocument>
  signWithDocument(document: SdkDocument, storePassword: string): Promise<SdkDocument>
  createTransferTicket(to: SdkDid, storePassword: string): Promise<object>
  publishWithTicket(ticket: object, signKey: object | null, storePassword: string): Promise<void>
}

interface SdkBuilder {
  edit(): SdkBuilder
  addService(id: string, type: string, endpoint: string): SdkBuilder
  setExpirationDate(date: Date): SdkBuilder
  seal(storePassword: string): Promise<SdkDocument>
}

export interface SdkCredential {
  getId(): { toString(): string }
  declare(signKey: null, storePassword: string): Promise<void>
  revoke(signer: null, signKey: null, storePassword: string): Promise<void>
  isRevoked(): Promise<boolean>
  wasDeclared(): Promise<boolean>
}

interface SdkCredentialBuilder {
  id(fragment: string): SdkCredentialBuilder
  types(...types: string[]): SdkCredentialBuilder
  properties(properties: object): SdkCredentialBuilder
  seal(storePassword: string): Promise<SdkCredential>
}

export interface SdkStore {
  loadDid(did: SdkDid): Promise<SdkDocument>
  storeDid(document: SdkDocument): Promise<void>
  storeCredential(credential: SdkCredential): Promise<void>
}

interface SdkRootIdentity {
  newDid(storePassword: string, index: number): Promise<SdkDocument>
}

interface SdkIssuer {
  issueFor(did: SdkDid): SdkCredentialBuilder
}

export interface Sdk {
  readonly DefaultDIDAdapter: new (
    resolver: string,
  ) => { createIdTransaction(payload: string, memo: string | null): Promise<void> }
  /** The adapter of the SDK's own test suite. */
  readonly SimulatedIDChainAdapter: new (
    endpoint: string,
  ) => {
    createIdTransaction(payload: string, memo: string | null): Promise<void>
    resetData(): Promise<void>
  }
  readonly DIDBackend: { initialize(adapter: object): void }
  readonly DIDStore: { open(folder: string): Promise<SdkStore> }
  readonly RootIdentity: {
    createFromMnemonic(
      mnemonic: string,
      passphrase: string,
      store: SdkStore,
      storePassword: string,
      overwrite: boolean,
    ): Promise<SdkRootIdentity>
  }
  readonly DIDDocument: {
    readonly Builder: { newFromDocument(document: SdkDocument): SdkBuilder }
  }
  readonly Issuer: { create(document: SdkDocument, signKey: null): Promise<SdkIssuer> }
  readonly VerifiableCredential: {
    list(did: SdkDid): Promise<readonly { toString(): string }[]>
  }
}

export function loadSdk(): Sdk {
  return createRequire(import.meta.url)('@elastosfoundation/did-js-sdk') as Sdk
}

/** Tells the SDK where to resolve and how to publish. */
export function connectSdk(
  sdk: Sdk,
  resolver: string,
  publish: (payload: string) => Promise<void>,
): void {
  class Adapter extends sdk.DefaultDIDAdapter {
    override createIdTransaction(payload: string): Promise<void> {
      return publish(payload)
    }
  }
  sdk.DIDBackend.initialize(new Adapter(resolver))
}
