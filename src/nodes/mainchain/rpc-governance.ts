/**
 * RPC methods about producers, council, stakes and NFTs, as a real node answers them on a network
 * with proof of work only. What it would need consensus state for says so.
 *
 * @see Elastos.ELA servers/interfaces.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { readAddress } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { OutputType } from '../../protocol/ela/output-payload.ts'
import { ownerOf } from './coins.ts'
import { NEVER } from './params.ts'
import { heightIn } from './rpc-blocks.ts'
import type { Method, Methods, ServedNode } from './rpc-method.ts'
import type { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { sumOf } from './rpc-wallet.ts'
import { arbiterOnDuty } from './validate-cross-chain.ts'

const noMembers: Method = () => ({ crmembersinfo: null, totalcounts: 0 })
const nothing: Method = () => null

export const governanceMethods: Methods = {
  listproducers: () => ({
    producers: null,
    totaldposv1votes: '0',
    totaldposv2votes: '0',
    totalcounts: 0,
  }),
  listcurrentcrs: noMembers,
  listnextcrs: noMembers,
  listcrcandidates: () => ({ crcandidatesinfo: null, totalvotes: '0', totalcounts: 0 }),
  listcrproposalbasestate: (_node, params) => {
    if (params.string('state')?.toLowerCase() !== 'all') refused('invalidate state')
    return { proposalbasestates: null, totalcounts: 0 }
  },
  getcrrelatedstage: () => ({
    onduty: false,
    ondutystartheight: 0,
    ondutyendheight: 0,
    invoting: false,
    votingstartheight: 0,
    votingendheight: 0,
  }),
  getsecretarygeneral: ({ chain }) => ({ secretarygeneral: chain.params.secretaryGeneral }),
  getcommitteecanuseamount: () => ({ committeecanuseamount: '0' }),
  getvoterights: (_node, params) => voteRights(params),
  dposv2rewardinfo: (_node, params) => {
    const address = params.string('address')
    if (address === undefined) return null
    if ('fault' in readAddress(address)) throw new RpcRefusal(RpcCode.internal, 'invalid address')
    return { address, claimable: '0', claiming: '0', claimed: '0' }
  },
  getdposv2info: ({ chain }) => ({
    consensusalgorithm: 'DPOS',
    height: chain.height,
    dposv2activeheight: NEVER,
  }),
  getalldetaileddposv2votes: nothing,
  getallregistertransactions: nothing,
  getregistertransactionsbyheight: (_node, params) => {
    heightIn(params)
    return null
  },
  getproducerinfo: () => refused('unknown producer public key'),
  producerstatus: () => refused('unknown producer public key'),
  votestatus: (node, params) => voteStatus(node, params),
  getdepositcoin: () => refused('invalid publickey'),
  getcrdepositcoin: () => refused('CID does not exist'),
  getnftinfo: () => refused('wrong nft id, not found it!'),
  getcandestroynftids: nothing,
  getconfirmbyheight: ({ chain }, params) => {
    if (chain.at(heightIn(params)) === undefined) throw new RpcRefusal(RpcCode.unknownBlock)
    throw new RpcRefusal(RpcCode.unknownConfirm)
  },
  getconfirmbyhash: ({ chain }, params) => {
    const hash = params.string('blockhash')
    if (hash === undefined) throw new RpcRefusal(RpcCode.invalidParams, 'block hash not found')
    if (chain.find(hash.toLowerCase()) === undefined) throw new RpcRefusal(RpcCode.unknownBlock)
    throw new RpcRefusal(RpcCode.unknownConfirm)
  },
  getarbitersinfo: ({ chain }) => {
    const arbiters = chain.params.arbiters.map(toHex)
    return {
      arbiters,
      candidates: [],
      nextarbiters: arbiters,
      nextcandidates: [],
      ondutyarbiter: arbiters[arbiterOnDuty(chain.params, chain.height)] ?? '',
      currentturnstartheight: chain.height,
      nextturnstartheight: chain.height + arbiters.length,
    }
  },
  getarbitratorgroupbyheight: ({ chain }, params) => {
    const height = heightIn(params)
    if (chain.at(height) === undefined) {
      throw new RpcRefusal(RpcCode.unknownBlock, 'not found block hash at given height')
    }
    return {
      ondutyarbitratorindex: arbiterOnDuty(chain.params, height),
      arbitrators: chain.params.arbiters.map(toHex).sort(),
    }
  },
  getcrcpeersinfo: () => arbiterDisabled(),
  getcrosschainpeersinfo: () => arbiterDisabled(),
  getarbiterpeersinfo: () => arbiterDisabled(),
  submitsidechainillegaldata: () => arbiterDisabled(),
  ...Object.fromEntries(
    [
      'getcrproposalstate',
      'getproposaldraftdata',
      'getcrmember',
      'getcommitteeassetinfo',
      'getpolls',
      'getpollinfo',
      'getpolldetails',
      'getproposaltitle',
      'getreferkeyinfo',
      'getsupply',
      'listcrmembers',
      'listcrterms',
    ].map((name): [string, Method] => [name, () => notHere(name)]),
  ),
}

function refused(message: string): never {
  throw new RpcRefusal(RpcCode.invalidParams, message)
}

function arbiterDisabled(): never {
  throw new RpcRefusal(RpcCode.internal, 'arbiter disabled')
}

function notHere(method: string): never {
  throw new RpcRefusal(
    RpcCode.internal,
    `${method} is not supported: this devnet node has no council and no producers`,
  )
}

function voteRights(params: Params): unknown {
  const addresses = params.strings('stakeaddresses')
  if (addresses === undefined) return refused('need stakeaddresses in an array!')
  return addresses.map((address) => {
    if (!address.startsWith('S')) refused('invalid stake address need prefix s')
    if ('fault' in readAddress(address)) refused('invalid stake address')
    return {
      stakeaddress: address,
      totalvotesright: '0',
      usedvotesinfo: {
        useddposvotes: [],
        usedcrvotes: [],
        usedcrcproposalvotes: [],
        usdedcrimpeachmentvotes: [],
        useddposv2votes: [],
      },
      remainvoteright: ['0', '0', '0', '0', '0'],
    }
  })
}

function voteStatus({ chain, mempool }: ServedNode, params: Params): unknown {
  const address = params.string('address')
  if (address === undefined) return refused('address not found')
  const read = readAddress(address)
  if ('fault' in read) return refused(`Invalid address: ${address}`)
  const owner = ownerOf(read.programHash)
  const coins = chain.ledger.coins.ownedBy(read.programHash)
  const spendsOwn = mempool.entries().some(({ transaction }) =>
    transaction.inputs.some(({ txid, index }) => {
      const coin = chain.ledger.coinEverAt(displayHash(txid), index)
      return coin !== undefined && ownerOf(coin.output.programHash) === owner
    }),
  )
  return {
    total: formatEla(sumOf(coins)),
    voting: formatEla(sumOf(coins.filter(({ output }) => output.type === OutputType.vote))),
    pending: spendsOwn,
  }
}
