import { expect, test } from 'vitest'
import { mapInOrder } from '../../../client/batch.ts'

const settle = () => new Promise(resolve => setImmediate(resolve))

/** Work that ends when told to. */
function manualWork() {
  const resolvers = new Map<string, (value: string) => void>()
  const begun: string[] = []
  const signals: AbortSignal[] = []
  return {
    begun,
    signals,
    work(item: string, _index: number, signal: AbortSignal): Promise<string> {
      begun.push(item)
      signals.push(signal)
      return new Promise(resolve => resolvers.set(item, resolve))
    },
    async end(item: string): Promise<void> {
      resolvers.get(item)?.(item.toUpperCase())
      await settle()
    },
  }
}

async function collect(results: AsyncIterable<string>, into: string[]): Promise<void> {
  for await (const result of results) into.push(result)
}

test('keeps the order of the items, whatever order they end in', async () => {
  const { work, end, begun } = manualWork()
  const got: string[] = []
  const all = collect(mapInOrder(['a', 'b', 'c', 'd'], work, { concurrency: 2 }), got)
  await settle()
  expect(begun).toEqual(['a', 'b'])
  await end('b')
  expect(begun).toEqual(['a', 'b', 'c'])
  expect(got).toEqual([])
  await end('a')
  expect(got).toEqual(['A', 'B'])
  await end('d')
  await end('c')
  await all
  expect(got).toEqual(['A', 'B', 'C', 'D'])
})

test('begins no more than the window while the oldest is not done', async () => {
  const { work, end, begun } = manualWork()
  const got: string[] = []
  const items = ['a', 'b', 'c', 'd', 'e', 'f']
  const all = collect(mapInOrder(items, work, { concurrency: 2, window: 3 }), got)
  await settle()
  await end('b')
  await end('c')
  expect(begun).toEqual(['a', 'b', 'c'])
  await end('a')
  expect(got).toEqual(['A', 'B', 'C'])
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  for (const item of ['d', 'e', 'f']) await end(item)
  await all
})

test('pulls no item before there is a place for it', async () => {
  let pulled = 0
  function* endless(): Generator<string> {
    for (;;) yield String(pulled++)
  }
  const results = mapInOrder(endless(), async item => item, { concurrency: 3, window: 5 })
  expect((await results.next()).value).toBe('0')
  await settle()
  expect(pulled).toBeLessThanOrEqual(7)
  await results.return()
})

test('gives a result out while the next item is still awaited', async () => {
  async function* slow(): AsyncGenerator<string> {
    yield 'a'
    await new Promise(() => undefined)
  }
  const results = mapInOrder(slow(), async item => item, { concurrency: 2 })
  expect(await results.next()).toEqual({ done: false, value: 'a' })
})

test('leaving the loop aborts what is at work', async () => {
  const { work, end, signals } = manualWork()
  const results = mapInOrder(['a', 'b', 'c'], work, { concurrency: 2 })
  const first = results.next()
  await settle()
  await end('a')
  await first
  await results.return()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
})

test('an abort tells what is at work, begins nothing more, gives out what was begun, then throws', async () => {
  const controller = new AbortController()
  const begun: string[] = []
  const work = async (item: string, _index: number, signal: AbortSignal) => {
    begun.push(item)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return `${item}: ${signal.reason}`
  }
  const got: string[] = []
  const { signal } = controller
  const all = collect(mapInOrder(['a', 'b', 'c'], work, { concurrency: 2, signal }), got)
  await settle()
  controller.abort('enough')
  await expect(all).rejects.toBe('enough')
  expect(got).toEqual(['a: enough', 'b: enough'])
  expect(begun).toEqual(['a', 'b'])
})

test('a source that throws does so after the results of what it gave', async () => {
  function* broken(): Generator<string> {
    yield 'a'
    throw new Error('no more')
  }
  const got: string[] = []
  const all = collect(
    mapInOrder(broken(), async item => item, { concurrency: 2 }),
    got,
  )
  await expect(all).rejects.toThrow('no more')
  expect(got).toEqual(['a'])
})

test('work that listens to its signal, however much of it, is no leak', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  const { work, signals } = manualWork()
  const items = Array.from({ length: 20 }, (_, i) => String(i))
  void mapInOrder(items, work, { concurrency: 20 }).next()
  await settle()
  expect(signals).toHaveLength(20)
  for (const signal of signals) signal.addEventListener('abort', () => undefined)
  await settle()
  process.off('warning', note)
  expect(warnings).toEqual([])
})
