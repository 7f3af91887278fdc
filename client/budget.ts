/**
 * A sum of money that calls draw on together: what may be spent is reserved before it is, so that no number of
 * calls at once spends more than there is.
 */

export interface Budget {
  readonly limitNanoDollars: number
  /** Settled so far. */
  readonly spentNanoDollars: number
  /** Held for what is in flight. */
  readonly reservedNanoDollars: number
  /** Neither spent nor reserved. */
  readonly leftNanoDollars: number
  /**
   * Holds `nanoDollars`. While there is too little left, but enough would be were all that is reserved given
   * back, it waits its turn for that. Undefined: it can never be. Rejects with the signal's reason.
   */
  reserve(nanoDollars: number, signal: AbortSignal): Promise<Reservation | undefined>
  /** Counts what was paid elsewhere, such as in an earlier run. */
  spend(nanoDollars: number): void
}

export interface Reservation {
  /** Held so far. */
  readonly nanoDollars: number
  /** Holds as much more as there is left, `nanoDollars` at most; tells how much that was. */
  grow(nanoDollars: number): number
  /** Gives back what was held, and spends what it came to. */
  settle(nanoDollars: number): void
}

export function createBudget(limitNanoDollars: number): Budget {
  let spent = 0
  let reserved = 0
  const waiting = new Set<() => void>()

  const left = () => Math.max(0, limitNanoDollars - spent - reserved)
  const canEver = (nanoDollars: number) => nanoDollars <= limitNanoDollars - spent

  function hold(nanoDollars: number): Reservation {
    reserved += nanoDollars
    let held = nanoDollars
    let isSettled = false
    return {
      get nanoDollars() {
        return held
      },
      grow(more) {
        const got = isSettled ? 0 : Math.min(more, left())
        held += got
        reserved += got
        return got
      },
      settle(cost) {
        if (isSettled) return
        isSettled = true
        reserved -= held
        spent += cost
        serve()
      },
    }
  }

  /** In order of arrival: a large one is not overtaken for ever by small ones. */
  function serve(): void {
    for (const attend of [...waiting]) attend()
  }

  return {
    limitNanoDollars,
    get spentNanoDollars() {
      return spent
    },
    get reservedNanoDollars() {
      return reserved
    },
    get leftNanoDollars() {
      return left()
    },
    async reserve(nanoDollars, signal) {
      signal.throwIfAborted()
      if (!canEver(nanoDollars)) return undefined
      if (waiting.size === 0 && nanoDollars <= left()) return hold(nanoDollars)
      return new Promise((resolve, reject) => {
        function leave(): void {
          waiting.delete(attend)
          signal.removeEventListener('abort', giveUp)
        }
        function giveUp(): void {
          leave()
          reject(signal.reason)
          serve()
        }
        function attend(): void {
          const isFirst = waiting.values().next().value === attend
          if (canEver(nanoDollars) && !(isFirst && nanoDollars <= left())) return
          leave()
          resolve(canEver(nanoDollars) ? hold(nanoDollars) : undefined)
        }
        waiting.add(attend)
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
    spend(nanoDollars) {
      spent += nanoDollars
      serve()
    },
  }
}
