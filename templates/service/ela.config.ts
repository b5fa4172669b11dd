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
    // Handed to the service as PORT. Another one is taken, and said, when it is busy.
    port: 8700,
  },
}
