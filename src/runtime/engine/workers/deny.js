/**
 * Where everything goes that a DApp sends to the network by itself. It answers nobody. It has no
 * `connect`, or the engine would tell a DApp that a raw connection was opened before it fails.
 */
export default {
  fetch() {
    throw new TypeError('network access is not available to DApps: use env.ELA')
  },
}
