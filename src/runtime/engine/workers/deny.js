/** Where everything goes that a DApp sends to the network by itself. It answers nobody. */
const WHY = 'network access is not available to DApps: use env.ELA'

export default {
  fetch() {
    throw new TypeError(WHY)
  },
  connect() {
    throw new TypeError(WHY)
  },
}
