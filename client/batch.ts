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
  /**
   * Ends the batch: what is at work is told, and its results are still given out; nothing more is begun, and
   * after the last one reading throws the signal's reason.
   */
  readonly signal?: AbortSignal | undefined
}

interface Begun<Result> {
  readonly result: Promise<Result>
  isSettled: boolean
}

/**
 * Gives `work(item, index, signal)` for each item, in order. One that rejects ends the batch: let it resolve to
 * what went wrong instead. Leaving the loop early aborts what is at work.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
  { concurrency, window = concurrency * 4, signal }: BatchOptions,
): AsyncGenerator<Result, void> {
  const stop = new AbortController()
  const source = iterate(items)
  const begun: Begun<Result>[] = []
  let count = 0
  let working = 0
  let isPulling = false
  let isOver = false
  let sourceError: unknown
  let wake = () => {}

  function begin(item: Item): void {
    working++
    const result = work(item, count++, stop.signal)
    const entry = { result, isSettled: false }
    begun.push(entry)
    function settle(): void {
      entry.isSettled = true
      working--
      wake()
    }
    result.then(settle, settle)
  }

  async function pull(): Promise<void> {
    if (isPulling) return
    isPulling = true
    try {
      while (!isOver && working < concurrency && begun.length < window) {
        const next = await source.next()
        if (next.done) isOver = true
        else if (!isOver) begin(next.value)
      }
    } catch (error) {
      isOver = true
      sourceError = error
    }
    isPulling = false
    wake()
  }

  function end(): void {
    isOver = true
    stop.abort(signal?.reason)
    wake()
  }
  if (signal?.aborted) end()
  else signal?.addEventListener('abort', end, { once: true })

  try {
    for (;;) {
      void pull()
      const oldest = begun[0]
      if (oldest?.isSettled) {
        begun.shift()
        yield await oldest.result
      } else if (isOver && !oldest) break
      else {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
    signal?.throwIfAborted()
    if (sourceError !== undefined) throw sourceError
  } finally {
    signal?.removeEventListener('abort', end)
    const wasOver = isOver
    isOver = true
    stop.abort('The batch was left.')
    if (!wasOver) await source.return?.()
  }
}

function iterate<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): Iterator<Item> | AsyncIterator<Item> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
}
