import { nativeContracts } from '../evm/native-code-contracts.ts'
import { runNode } from '../evm/program.ts'
import { createDidExtension } from './did-extension.ts'
import type { ReservedNames } from './reserved-names.ts'

await runNode(({ ruledContract: contract, options = {} }) => {
  const reservedNames = options['reservedNames'] as ReservedNames | undefined
  const port = options['sdkListener']
  const extension = createDidExtension({ contract, reservedNames })
  const contracts = nativeContracts
  if (typeof port !== 'number') return { extension, contracts }
  return {
    extension,
    contracts,
    async accompany({ chain, dispatcher }, shutDown) {
      const { openSdkListener } = await import('./did-sdk-listener.ts')
      const automine = () => chain.miner.automine
      const { forget } = extension
      return openSdkListener({ port, contract, dispatcher, automine, forget, shutDown })
    },
  }
})
