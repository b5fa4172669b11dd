import type { Chain, Ela } from './ela.ts'

/** Heights of the chains; `null` for one that does not answer. */
export type Heights = Partial<Record<'mainchain' | 'esc' | 'eid', number | null>>

export async function readHeights(ela: Ela): Promise<Heights> {
  const [mainchain, esc, eid] = await Promise.all([
    // The main chain counts its blocks, the first of which has number 0.
    readHeight(ela, 'ela', 'getblockcount', (count) => count - 1),
    readHeight(ela, 'esc', 'eth_blockNumber', (height) => height),
    readHeight(ela, 'eid', 'eth_blockNumber', (height) => height),
  ])
  return { ...mainchain, ...esc, ...eid }
}

async function readHeight(
  ela: Ela,
  chain: Chain,
  method: string,
  height: (answer: number) => number,
): Promise<Heights> {
  const name = chain === 'ela' ? 'mainchain' : chain
  try {
    return { [name]: height(Number(await ela.chain.read(chain, method))) }
  } catch (error) {
    // A chain that is not there is left out.
    return String(error).includes('capability/notHere') ? {} : { [name]: null }
  }
}
