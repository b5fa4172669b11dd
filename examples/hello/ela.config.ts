export default {
  name: 'hello',
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
    capabilities: { chain: { ela: ['read'], reason: 'to show the guest book' } },
  },
}
