import { expect, it } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import { readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { monitorGenerator, unknownHealth } from '../../../../bench/generator.ts'
import { planLoad } from '../../../../bench/load/plan.ts'
import { benchOptions } from '../../../../bench/options.ts'
import { hireCrew } from '../../../../bench/workers/crew.ts'
import type { Thread } from '../../../../bench/workers/employed.ts'
import type { Batch, FromWorker, ToWorker } from '../../../../bench/workers/messages.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { createStage } from '../../../helpers/driver-stage.ts'

function fakeThread() {
  const listeners: Record<string, (given: never) => void> = {}
  const heard: ToWorker[] = []
  let isTerminated = false
  const emit = (event: string, given: unknown) => listeners[event]?.(given as never)
  const thread: Thread = {
    postMessage: message => heard.push(message),
    on(event: string, listener: (given: never) => void) {
      listeners[event] = listener
    },
    async terminate() {
      isTerminated = true
      emit('exit', 1)
    },
  }
  return {
    thread,
    heard,
    say: (message: FromWorker) => emit('message', message),
    fail: (error: Error) => emit('error', error),
    exit: (code: number) => emit('exit', code),
    leave() {
      emit('message', { type: 'stopped', health: { ...unknownHealth, busyRatio: 0.5 } })
      emit('exit', 0)
    },
    get isTerminated() {
      return isTerminated
    },
  }
}

const batchOf = (given: Partial<Batch>): FromWorker => ({
  type: 'batch',
  batch: {
    sentDueAtMs: [],
    dropped: [],
    settled: [],
    content: { count: 0, atMs: 0 },
    connectionsOpened: 0,
    ...given,
  },
})

async function start() {
  const stage = createStage()
  const { clock } = stage
  const options = readOptions(benchOptions, { connections: 5, workers: 2 }, 'test')
  const plan = await planLoad(options, createRandom('load'), false)
  const told: unknown[] = []
  const broken: Error[] = []
  const threads = [fakeThread(), fakeThread()]
  const shares: unknown[] = []
  const context = {
    ...stage.context,
    onSent: (dueAtMs: number) => told.push(['sent', dueAtMs]),
    onContent: (atMs: number, count: number) => told.push(['content', atMs, count]),
    onDropped: (dueAtMs: number, why: string) => told.push(['dropped', dueAtMs, why]),
    onSettled: ({ index }: { index: number }, atMs: number) => told.push(['settled', index, atMs]),
  }
  const health = monitorGenerator(clock)
  const url = new URL('http://127.0.0.1:9/v1')
  const hired = hireCrew(
    { options, url, plan, health, onBroken: error => broken.push(error) },
    context,
    hiring => threads[shares.push(hiring.share) - 1]!.thread,
  )
  return { hired, threads, shares, told, broken, clock }
}

it('begins when all are ready, and tells what each tells in the order of a driver', async () => {
  const { hired, threads, shares, told, broken } = await start()
  expect(shares).toEqual([
    { number: 0, of: 2 },
    { number: 1, of: 2 },
  ])
  for (const { say } of threads) say({ type: 'ready' })
  const { driver, health } = await hired
  driver.begin(123)
  driver.drain()
  health.finish()
  for (const { heard } of threads) {
    expect(heard).toEqual([{ type: 'begin', atMs: 123 }, { type: 'drain' }, { type: 'finish' }])
  }
  const settled = [{ sample: sampleOf({ index: 3 }), atMs: 9 }]
  const content = { count: 2, atMs: 8 }
  threads[0]!.say(batchOf({ sentDueAtMs: [5, 6], settled, content, connectionsOpened: 3 }))
  threads[1]!.say(batchOf({ dropped: [{ dueAtMs: 7, why: 'late' }], connectionsOpened: 2 }))
  expect(told).toEqual([
    ['sent', 5],
    ['sent', 6],
    ['content', 8, 2],
    ['settled', 3, 9],
    ['dropped', 7, 'late'],
  ])
  expect(driver.connectionsOpened).toBe(5)
  const stopped = driver.stop()
  for (const { leave } of threads) leave()
  await stopped
  expect(health.read().busyRatio).toBe(0.5)
  expect(broken).toEqual([])
})

it('a worker that fails, or ends by itself, breaks the run and says which it was', async () => {
  const { hired, threads, broken } = await start()
  for (const { say } of threads) say({ type: 'ready' })
  const { driver } = await hired
  const cause = new Error('boom')
  threads[1]!.fail(cause)
  threads[1]!.exit(1)
  threads[0]!.exit(7)
  expect(broken.map(({ message }) => message)).toEqual([
    'worker 2 of 2 failed: boom',
    'worker 1 of 2 ended by itself, with code 7',
  ])
  expect(broken[0]!.cause).toBe(cause)
  await driver.stop()
})

it('what a worker cannot use is refused, and none is left', async () => {
  const { hired, threads } = await start()
  threads[0]!.say({ type: 'ready' })
  const error = { option: 'script', value: 'x.mjs', allowed: 'it is gone', origin: undefined }
  threads[1]!.say({ type: 'refused', error })
  await expect(hired).rejects.toThrow(OptionError)
  await expect(hired).rejects.toThrow('script: "x.mjs" is not allowed; it is gone')
  expect(threads.map(({ isTerminated }) => isTerminated)).toEqual([true, true])
})

it('a worker that does not stop is ended', async () => {
  const { hired, threads, broken, clock } = await start()
  for (const { say } of threads) say({ type: 'ready' })
  const { driver } = await hired
  const stopped = driver.stop()
  threads[0]!.leave()
  clock.advance(4999)
  expect(threads.map(({ isTerminated }) => isTerminated)).toEqual([false, false])
  clock.advance(1)
  await stopped
  expect(threads[1]!.isTerminated).toBe(true)
  expect(broken.map(({ message }) => message)).toEqual([
    'worker 2 of 2 ended by itself, with code 1',
  ])
})
