/**
 * What `ela` tells its caller with the exit code. Scripts rely on these numbers: they only grow.
 */
export const exitCodes = {
  done: 0,
  failed: 1,
  misused: 2,
  answerNeeded: 3,
  environment: 4,
  unreachable: 5,
  refused: 6,
  notVerified: 7,
  devnetState: 8,
  defect: 70,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type Exit = keyof typeof exitCodes
