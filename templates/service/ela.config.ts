export default {
  name: '{{name}}',
  kind: 'service',
  entry: 'src/main.ts',
  devnet: {
    // 'testnet' has the chain ids of the public testnet: 21 and 23.
    profile: 'testnet',
    // 'auto' makes a block for every transaction; also 'none' or 'interval:5000'.
    mining: 'auto',
  },
  dapp: {
    // Where it answers on this machine. Another one is taken, and said, when it is busy.
    port: 8700,
  },
  bundle: {
    // All that it may do outside its sandbox, and why: whoever runs it reads this and grants it.
    capabilities: {
      chain: {
        ela: ['read'],
        esc: ['read'],
        eid: ['read'],
        reason: 'Shows the heights of the chains, and looks up who signs in.',
      },
    },
  },
}
