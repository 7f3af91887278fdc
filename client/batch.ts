/**
 * The same work for each of many items: so many at once, results in the order of the items or as they come.
 *
 * Items are pulled as places come free, and no more are begun than fit between the oldest unread result and
 * the newest, so that a million items take no more memory than a few.
 */
import { setMaxListeners } from 'node:events'

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

type Work<Item, Result> = (item: Item, index: number, signal: AbortSignal) => Promise<Result>
type Items<Item> = Iterable<Item> | AsyncIterable<Item>

interface Begun<Result> {
  readonly result: Promise<Result>
  isSettled: boolean
}

/** What was begun and is not read yet. */
interface Shelf<Result> {
  begin(entry: Begun<Result>): void
  settle(entry: Begun<Result>): void
  /** The next to give out, which it gives up; undefined: it is not there yet. */
  take(): Begun<Result> | undefined
  readonly size: number
}

/**
 * Gives `work(item, index, signal)` for each item, in order. One that rejects ends the batch: let it resolve to
 * what went wrong instead. Leaving the loop early aborts what is at work.
 */
export function mapInOrder<Item, Result>(
  items: Items<Item>,
  work: Work<Item, Result>,
  options: BatchOptions,
): AsyncGenerator<Result, void> {
  return mapThrough(shelfInOrder<Result>(), items, work, options)
}

/** The same, but whatever is done first comes first. */
export function mapAsCompleted<Item, Result>(
  items: Items<Item>,
  work: Work<Item, Result>,
  options: BatchOptions,
): AsyncGenerator<Result, void> {
  return mapThrough(shelfAsCompleted<Result>(), items, work, options)
}

async function* mapThrough<Item, Result>(
  shelf: Shelf<Result>,
  items: Items<Item>,
  work: Work<Item, Result>,
  { concurrency, window = concurrency * 4, signal }: BatchOptions,
): AsyncGenerator<Result, void> {
  const stop = new AbortController()
  // All that is at work listens to it: that is no leak.
  setMaxListeners(0, stop.signal)
  const source = iterate(items)
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
    shelf.begin(entry)
    function settle(): void {
      entry.isSettled = true
      shelf.settle(entry)
      working--
      wake()
    }
    result.then(settle, settle)
  }

  async function pull(): Promise<void> {
    if (isPulling) return
    isPulling = true
    try {
      while (!isOver && working < concurrency && shelf.size < window) {
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
      const next = shelf.take()
      if (next) yield await next.result
      else if (isOver && shelf.size === 0) break
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

function shelfInOrder<Result>(): Shelf<Result> {
  const begun: Begun<Result>[] = []
  return {
    begin: entry => begun.push(entry),
    settle: () => undefined,
    take: () => (begun[0]?.isSettled ? begun.shift() : undefined),
    get size() {
      return begun.length
    },
  }
}

function shelfAsCompleted<Result>(): Shelf<Result> {
  const settled: Begun<Result>[] = []
  let size = 0
  return {
    begin() {
      size++
    },
    settle: entry => settled.push(entry),
    take() {
      const next = settled.shift()
      if (next) size--
      return next
    },
    get size() {
      return size
    },
  }
}

function iterate<Item>(items: Items<Item>): Iterator<Item> | AsyncIterator<Item> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
}
