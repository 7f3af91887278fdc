/**
 * The same work for each of many items: so many at once, results in the order of the items.
 *
 * Items are pulled as places come free, and no more are begun than fit between the oldest unread result and
 * the newest, so that a million items take no more memory than a few.
 */

export interface BatchOptions {
  /** Items at work at once. */
  readonly concurrency: number
  /** Begun but unread items at most; default: 4 × concurrency, so that one slow item does not stop the rest. */
  readonly window?: number
  /** Stops the batch: what is at work is told, nothing more is begun, and reading throws the reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Gives `work(item, index, signal)` for each item, in order. One that rejects is the end of the batch: return
 * what went wrong instead. Leaving the loop early aborts what is at work.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
  { concurrency, window = concurrency * 4, signal }: BatchOptions,
): AsyncGenerator<Result, void> {
  const stop = new AbortController()
  const passAbort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', passAbort, { once: true })
  const source = iterate(items)
  const begun: Promise<Result>[] = []
  let index = 0
  let working = 0
  let isExhausted = false
  let wake: (() => void) | undefined

  async function begin(item: Item): Promise<Result> {
    try {
      return await work(item, index++, stop.signal)
    } finally {
      working--
      wake?.()
    }
  }

  /** Begins what may be begun; items that come late are waited for. */
  async function fill(): Promise<void> {
    while (!isExhausted && working < concurrency && begun.length < window) {
      signal?.throwIfAborted()
      const next = await source.next()
      if (next.done) {
        isExhausted = true
        return
      }
      working++
      const result = begin(next.value)
      // Read in its turn; until then a rejection has nobody to tell.
      result.catch(() => undefined)
      begun.push(result)
    }
  }

  try {
    for (;;) {
      await fill()
      const oldest = begun[0]
      if (!oldest) return
      const turn = new Promise<void>(resolve => {
        wake = resolve
      })
      if (await isSettled(oldest, turn)) {
        begun.shift()
        yield await oldest
      }
    }
  } finally {
    signal?.removeEventListener('abort', passAbort)
    stop.abort('The batch has ended.')
    if (!isExhausted) await source.return?.()
  }
}

/** Waits for `promise` or `turn`; says whether it was the promise. */
function isSettled(promise: Promise<unknown>, turn: Promise<void>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, turn.then(() => false)])
}

function iterate<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): Iterator<Item> | AsyncIterator<Item> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
}
