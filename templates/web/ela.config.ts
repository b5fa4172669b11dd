export default {
  name: '{{name}}',
  kind: 'web',
  // The folder that is served. Everything in it is public.
  root: 'public',
  devnet: {
    // 'testnet' has the chain ids of the public testnet: 21 and 23.
    profile: 'testnet',
    // 'auto' makes a block for every transaction; also 'none' or 'interval:5000'.
    mining: 'auto',
  },
  bundle: {
    // All that the page may do besides being looked at. Whoever opens it sees the reasons.
    capabilities: {
      chain: {
        ela: ['read'],
        esc: ['read'],
        eid: ['read'],
        reason: 'to show heights, balances and identities',
      },
    },
  },
}
