/** The steps of `ela ci` that release to the devnet, and look at it as a stranger does. */
import type { CiStep } from './ci-bench.ts'

export const releaseSteps: readonly CiStep[] = []
