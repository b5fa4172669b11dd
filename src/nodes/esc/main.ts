import { nativeContracts } from '../evm/native-code-contracts.ts'
import { runNode } from '../evm/program.ts'
import { escContracts } from './esc-contracts.ts'
import { MainchainFollower } from './mainchain-follower.ts'

await runNode(({ options = {} }, onFailure) => {
  const url = options['mainchainRpc']
  return {
    contracts: { ...nativeContracts, ...escContracts() },
    async accompany({ chain }) {
      if (typeof url !== 'string') return async () => undefined
      const follower = new MainchainFollower({ chain, url, onFailure })
      return () => follower.close()
    },
  }
})
