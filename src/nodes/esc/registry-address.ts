/**
 * Where every devnet has the registry of DApps' releases from its first block on, with claims that
 * do not wait: the last 20 bytes of keccak256("elastos.dapp.registry devnet"). Nobody has a key of it.
 */
export const REGISTRY_ADDRESS = '0xd14345038019b709ce94085b234cdd33722f9a0e'
