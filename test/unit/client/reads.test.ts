import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readsOf } from '../../../client/reads.ts'

const text = (read: IteratorResult<Uint8Array, undefined>) =>
  read.value && Buffer.from(read.value).toString()

test('what came before it was asked for comes as one read', async () => {
  const body = new PassThrough()
  const reads = readsOf(body)
  body.write('a')
  body.write('b')
  await new Promise(resolve => setImmediate(resolve))
  expect(text(await reads.next())).toBe('ab')
  const next = reads.next()
  body.end('c')
  expect(text(await next)).toBe('c')
  expect(await reads.next()).toEqual({ done: true, value: undefined })
  expect(await reads.next()).toEqual({ done: true, value: undefined })
})

test('a body that breaks rejects who waits, and whoever asks later', async () => {
  const body = new PassThrough()
  const reads = readsOf(body)
  const next = reads.next()
  body.destroy(new Error('reset'))
  await expect(next).rejects.toThrow('reset')
  await expect(reads.next()).rejects.toThrow('reset')
})

test('a body that is closed before its end is no end', async () => {
  const body = new PassThrough()
  const reads = readsOf(body)
  const next = reads.next()
  body.destroy()
  await expect(next).rejects.toThrow('Premature close')
})

test.each([
  ['broken', new Error('reset'), 'reset'],
  ['closed', undefined, 'Premature close'],
])('a body that was %s before does not keep anybody waiting', async (_, reason, message) => {
  const body = new PassThrough()
  body.on('error', () => undefined)
  body.destroy(reason)
  await new Promise(resolve => setImmediate(resolve))
  await expect(readsOf(body).next()).rejects.toThrow(message)
})

test('a large body is read to its end, byte for byte, and is not taken in faster than it is read', async () => {
  let given = 0
  const body = new Readable({
    read() {
      this.push(given < 200 ? Buffer.alloc(10_000, given) : null)
      given++
    },
  })
  const reads = readsOf(body)
  await reads.next()
  await new Promise(resolve => setImmediate(resolve))
  expect(given).toBeLessThan(30)
  let length = 10_000
  for await (const bytes of reads) length += bytes.length
  expect(length).toBe(2_000_000)
})
