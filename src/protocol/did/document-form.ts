/**
 * Documents as DID libraries read them: short ids, left out types and controllers, keys written out
 * inside `authentication`. The full form, which this gives, is the one that is signed. What a
 * library demands is demanded here too; the node is more lenient (see `parseDocument`).
 *
 * @see Elastos.DID.JS.SDK src/diddocument.ts fromJSONOnly
 */
import type { Json, JsonObject } from './canonical-json.ts'
import type { Credential } from './credential.ts'
import { didIn, fullUrl, readCredential, timeText } from './credential-form.ts'
import { decodeKey, didOf, splitDidUrl } from './did.ts'
import {
  type DidDocument,
  type DocumentProof,
  PROOF_TYPE,
  type PublicKey,
  sortDocument,
} from './document.ts'
import { DidError } from './errors.ts'
import { asObject, listOf, own, textOf, textsOf } from './json-fields.ts'

/** In full form and sorted, ready for `documentText`. Throws `did/malformed`. */
export function readDocument(value: Json): DidDocument {
  const object = asObject(value, 'document')
  const did = didIn(needed(object, 'id', ''), 'id')
  const controllers = readControllers(object)
  const keys = new Map<string, PublicKey>()
  for (const item of listOf(object, 'publicKey', '')) addKey(keys, readKey(item, did))
  const authentication = readReferences(object, 'authentication', { did, keys })
  const authorization = readReferences(object, 'authorization', { did, keys })
  if (controllers.length === 0) authentication.add(defaultKeyId(did, [...keys.values()]))
  return sortDocument({
    context: textsOf(object, '@context', ''),
    id: did,
    controller: controllers.length > 1 ? controllers : controllers[0],
    multisig: readMultisig(object, controllers.length),
    publicKey: [...keys.values()],
    authentication: [...authentication],
    authorization: [...authorization],
    verifiableCredential: readCredentials(object, did),
    service: readServices(object, did),
    expires: timeText(needed(object, 'expires', ''), 'expires'),
    proofs: readProofs(own(object, 'proof'), did, [...keys.values()]),
  })
}

/** The key a normal DID is made from. Throws `did/malformed` when it is not among these. */
export function defaultKeyId(did: string, keys: readonly PublicKey[]): string {
  const found = keys.find(({ controller, publicKeyBase58 }) => {
    const key = decodeKey(publicKeyBase58)
    return controller === did && key !== undefined && didOf(key) === did
  })
  if (found === undefined) {
    throw DidError.malformed('publicKey', `with the key ${did} is made from`)
  }
  return found.id
}

/** How many signatures `m:n` asks for; 1 without. */
export function signaturesNeeded({ multisig }: Pick<DidDocument, 'multisig'>): number {
  return multisig === '' ? 1 : Number(multisig.split(':')[0])
}

function needed(object: JsonObject, name: string, where: string): string {
  const text = textOf(object, name, where)
  if (text === '') throw DidError.malformed(`${where}${name}`, 'present')
  return text
}

function readControllers(object: JsonObject): readonly string[] {
  const value = own(object, 'controller')
  const listed = typeof value === 'string' ? [value] : textsOf(object, 'controller', '')
  const controllers = listed.map((one) => didIn(one, 'controller'))
  refuseTwice('controller', controllers)
  return controllers
}

function readMultisig(object: JsonObject, controllers: number): string {
  const text = textOf(object, 'multisig', '')
  if (controllers < 2) {
    if (text !== '') throw DidError.malformed('multisig', 'absent without several controllers')
    return ''
  }
  const [, m, n] = /^(\d{1,4}):(\d{1,4})$/.exec(text) ?? []
  if (Number(n) !== controllers || Number(m) < 1 || Number(m) > controllers) {
    throw DidError.malformed('multisig', `m:${controllers} with m from 1 to ${controllers}`)
  }
  return `${Number(m)}:${Number(n)}`
}

function readKey(value: Json, did: string): PublicKey {
  const object = asObject(value, 'publicKey')
  const where = 'publicKey.'
  const type = textOf(object, 'type', where)
  const controller = textOf(object, 'controller', where)
  return {
    id: fullUrl(needed(object, 'id', where), did, `${where}id`),
    type: type === '' ? PROOF_TYPE : type,
    controller: controller === '' ? did : didIn(controller, `${where}controller`),
    publicKeyBase58: needed(object, 'publicKeyBase58', where),
  }
}

function addKey(keys: Map<string, PublicKey>, key: PublicKey): void {
  if (keys.has(key.id)) throw DidError.malformed('publicKey', `free of repetitions (${key.id})`)
  keys.set(key.id, key)
}

interface Keys {
  readonly did: string
  readonly keys: Map<string, PublicKey>
}

/** Ids of keys; a key that is written out joins the others. */
function readReferences(
  object: JsonObject,
  name: 'authentication' | 'authorization',
  { did, keys }: Keys,
): Set<string> {
  const ids = listOf(object, name, '').map((item) => {
    const written = typeof item === 'string' ? undefined : readKey(item, did)
    if (written !== undefined) addKey(keys, written)
    const id = written?.id ?? fullUrl(String(item), did, name)
    const key = keys.get(id)
    if (key === undefined)
      throw DidError.malformed(name, `a list of keys in publicKey, and no ${id}`)
    if ((key.controller === did) !== (name === 'authentication')) {
      const whose = name === 'authentication' ? 'its own' : "others'"
      throw DidError.malformed(name, `a list of ${whose} keys, and ${id} is none`)
    }
    return id
  })
  return new Set(ids)
}

function readCredentials(object: JsonObject, did: string): readonly Credential[] {
  const credentials = listOf(object, 'verifiableCredential', '').map((one, at) =>
    readCredential(one, did, `verifiableCredential[${at}]`),
  )
  refuseTwice(
    'verifiableCredential',
    credentials.map(({ id }) => id),
  )
  return credentials
}

function readServices(object: JsonObject, did: string): readonly JsonObject[] {
  const services = listOf(object, 'service', '').map((item) => {
    const service = asObject(item, 'service')
    needed(service, 'type', 'service.')
    needed(service, 'serviceEndpoint', 'service.')
    return { ...service, id: fullUrl(needed(service, 'id', 'service.'), did, 'service.id') }
  })
  refuseTwice(
    'service',
    services.map(({ id }) => id),
  )
  return services
}

function readProofs(
  value: Json | undefined,
  did: string,
  keys: readonly PublicKey[],
): readonly DocumentProof[] {
  if (value === undefined) throw DidError.malformed('proof', 'present')
  const isList = Array.isArray(value)
  const proofs = (isList ? value : [value]).map((item: Json) => {
    const object = asObject(item, 'proof')
    const creator = textOf(object, 'creator', 'proof.')
    const created = textOf(object, 'created', 'proof.')
    const type = textOf(object, 'type', 'proof.')
    return {
      type: type === '' ? PROOF_TYPE : type,
      created: created === '' ? '' : timeText(created, 'proof.created'),
      creator:
        creator === '' && !isList
          ? defaultKeyId(did, keys)
          : fullUrl(creator, did, 'proof.creator'),
      signatureValue: needed(object, 'signatureValue', 'proof.'),
    }
  })
  refuseTwice(
    'proof',
    proofs.map(({ creator }) => splitDidUrl(creator).did),
  )
  return proofs
}

function refuseTwice(what: string, ids: readonly string[]): void {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw DidError.malformed(what, `free of repetitions (${twice} is twice)`)
}
