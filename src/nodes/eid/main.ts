import { runNode } from '../evm/program.ts'
import { createDidExtension } from './did-extension.ts'

await runNode(async ({ ruledContract }) => createDidExtension({ contract: ruledContract }))
