/**
 * Every capability a DApp may ask for. A new one is a file beside this, a line here, and its service
 * in the runtime. Everything is denied that the manifest does not name.
 */
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { BundleError } from '../errors.ts'
import { carrier } from './carrier.ts'
import { chain } from './chain.ts'
import { clock } from './clock.ts'
import { did } from './did.ts'
import { type CapabilityGrammar, parseWish, type Wish, WishFault } from './grammar.ts'
import { log } from './log.ts'
import { services } from './named-services.ts'
import { net } from './net.ts'
import { storage } from './storage.ts'
import { wallet } from './wallet.ts'

const entries = { storage, chain, did, wallet, carrier, net, services, log, clock } as const
export type CapabilityName = keyof typeof entries

/** What a manifest asks for, parsed; absent is denied. */
export type Wishes = {
  readonly [Name in CapabilityName]?: ReturnType<(typeof entries)[Name]['parse']> & Wish
}

export const grammars: Readonly<Record<CapabilityName, CapabilityGrammar>> =
  entries as unknown as Readonly<Record<CapabilityName, CapabilityGrammar>>

/** Words of the bundle format for which no runtime has a service yet: they may be asked for. */
const UNSERVED: readonly string[] = ['assets', 'device']
/** What no DApp gets, whatever it declares. */
const NEVER: readonly string[] = ['exec', 'listen', 'fs', 'env']

export function isCapability(name: string): name is CapabilityName {
  return Object.hasOwn(entries, name)
}

/** What is wrong with the `capabilities` of a manifest, in words. */
export function faultOfCapabilities(value: Json): string | undefined {
  try {
    readWishes(value)
    return undefined
  } catch (error) {
    if (error instanceof WishFault) return `is not good: ${error.message}`
    throw error
  }
}

/** Parses the `capabilities` of a manifest. Throws `bundle/badCapability`. */
export function parseWishes(value: Json): Wishes {
  try {
    return readWishes(value)
  } catch (error) {
    if (error instanceof WishFault) throw BundleError.badCapability(error.message)
    throw error
  }
}

/** Capabilities the manifest names and no runtime has yet. */
export function unservedOf(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((name) => UNSERVED.includes(name))
}

/** Capabilities that somebody will be asked to grant and that give no reason. */
export function unexplained(wishes: Wishes): readonly CapabilityName[] {
  return (Object.keys(wishes) as CapabilityName[]).filter(
    (name) => grammars[name].isHarmless !== true && wishes[name]?.reason === undefined,
  )
}

function readWishes(value: Json): Wishes {
  if (!isObject(value)) throw new WishFault('it is no object')
  const wishes: Record<string, Wish> = {}
  for (const [name, asked] of Object.entries(value)) {
    if (NEVER.includes(name)) {
      if (name === 'exec' && asked === false) continue
      throw new WishFault(`it asks for \`${name}\`, which no DApp gets`)
    }
    if (UNSERVED.includes(name)) {
      if (!isObject(asked)) throw new WishFault(`\`${name}\` is no object`)
      continue
    }
    if (!isCapability(name)) throw new WishFault(`it names \`${name}\`, which there is not`)
    wishes[name] = parseWish(grammars[name], asked)
  }
  return wishes as Wishes
}
