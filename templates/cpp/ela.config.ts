export default {
  name: '{{name}}',
  kind: 'service',
  // Every source beside it is compiled with it.
  entry: 'src/main.cpp',
  devnet: {
    // 'testnet' has the chain ids of the public testnet: 21 and 23.
    profile: 'testnet',
    // 'auto' makes a block for every transaction; also 'none' or 'interval:5000'.
    mining: 'auto',
  },
  dapp: {
    // Another one is taken, and said, when it is busy.
    port: 8700,
  },
  bundle: {
    // All that the DApp may do besides computing. Whoever opens it sees the reasons.
    capabilities: {
      storage: { bytes: 65_536, reason: 'to count visits' },
      chain: { esc: ['read'], reason: 'to show the height of ESC' },
    },
  },
}
