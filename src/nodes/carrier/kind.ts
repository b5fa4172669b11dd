/** Carrier v2: three nodes of one small network, the first of which the others ask to join. */
import { LOOPBACK } from '../../base/loopback-server.ts'
import { programOf } from '../../base/program.ts'
import { idText } from '../../protocol/carrier/id.ts'
import { type NodeInfo, nodeText } from '../../protocol/carrier/node-info.ts'
import type { LaunchContext, NodeKind } from '../kind.ts'
import { askCarrierStatus } from './ask-status.ts'
import { devnetId } from './devnet-keys.ts'
import { BOOTSTRAP, carrierInstances } from './instances.ts'

export const carrier: NodeKind = {
  name: 'carrier',
  summary: 'Carrier v2: the peer-to-peer network, three nodes over UDP',
  instances: carrierInstances,
  needs: [],
  ports: { udp: 39_001, rpc: 39_101 },
  udpPorts: ['udp'],

  launch(context) {
    const { instance, dataDir, port } = context
    const { file, args } = programOf('carrier-node', 'nodes/carrier/main.ts')
    const bootstrap = nodeText(bootstrapOf(context))
    return {
      name: instance,
      file,
      args: [
        ...args,
        ...['--instance', instance, '--data-dir', dataDir],
        ...['--port', `${port('udp')}`, '--rpc-port', `${port('rpc')}`],
        ...(instance === BOOTSTRAP ? [] : ['--bootstrap', bootstrap]),
      ],
      env: {},
      cwd: dataDir,
      probe: async (signal) => {
        await askCarrierStatus(rpcUrl(context), idText(devnetId(instance)), signal)
      },
      readyWithinMs: 10_000,
      stopWithinMs: 2_000,
    }
  },

  describe(context) {
    const { instance, port } = context
    return {
      id: idText(devnetId(instance)),
      udp: `${LOOPBACK}:${port('udp')}`,
      rpc: rpcUrl(context),
    }
  },

  environment(context) {
    return { CARRIER_BOOTSTRAP: nodeText(bootstrapOf(context)) }
  },

  async health(entry, signal) {
    const id = String(entry['id'])
    const { known } = await askCarrierStatus(String(entry['rpc']), id, signal)
    return { peers: known.filter(({ reachable }) => reachable).length, facts: { id } }
  },
}

function bootstrapOf({ portOf }: LaunchContext): NodeInfo {
  return { id: devnetId(BOOTSTRAP), host: LOOPBACK, port: portOf(BOOTSTRAP, 'udp') }
}

function rpcUrl({ port }: LaunchContext): string {
  return `http://${LOOPBACK}:${port('rpc')}`
}
