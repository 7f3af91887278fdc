/** The share of failures among the requests that settled last. */

/** Judged by so many at most. */
export const errorWindow = 100
/** Fewer say nothing. */
const leastSettled = 20

export interface ErrorShare {
  /** Counts one in. Returns the share of failures, once there are enough to tell. */
  add(isFailure: boolean): number | undefined
}

export function createErrorShare(): ErrorShare {
  const last = new Uint8Array(errorWindow)
  let settled = 0
  let failures = 0
  return {
    add(isFailure) {
      const place = settled % errorWindow
      failures += Number(isFailure) - last[place]!
      last[place] = Number(isFailure)
      settled++
      return settled < leastSettled ? undefined : failures / Math.min(settled, errorWindow)
    },
  }
}
