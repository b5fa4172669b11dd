import type { MainchainNode } from './node.ts'
import type { Params } from './rpc-params.ts'

/** What methods see: the node, and the ports its servers got. */
export interface ServedNode extends MainchainNode {
  readonly ports: {
    readonly rpc: number
    readonly rest: number
    readonly ws: number
    readonly p2p: number
  }
}

/** Answers one call, or throws an `RpcRefusal`. */
export type Method = (node: ServedNode, params: Params) => unknown

export type Methods = Readonly<Record<string, Method>>
