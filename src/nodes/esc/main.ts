import { runNode } from '../evm/program.ts'

await runNode()
