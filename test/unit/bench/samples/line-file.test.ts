import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createManualClock } from '../../../../base/manual-clock.ts'
import { openLineFile } from '../../../../bench/samples/line-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-lines-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('writes every line once, in order, whatever the batches', async () => {
  const path = join(folder, 'all')
  const file = await openLineFile(path, { clock: createManualClock() })
  const lines = Array.from({ length: 6000 }, (_, i) => `${i} ${'x'.repeat(i % 90)}`)
  for (const [i, line] of lines.entries()) {
    if (!file.write(line)) throw new Error(`line ${i} was refused`)
    if (i % 1500 === 0) await file.room()
  }
  expect(await file.close()).toBeUndefined()
  expect(file.lost).toBe(0)
  expect((await readFile(path, 'utf8')).split('\n')).toEqual([...lines, ''])
})

it('counts what does not fit instead of keeping it, and still takes what must be there', async () => {
  const path = join(folder, 'tight')
  const file = await openLineFile(path, { clock: createManualClock(), maxWaiting: 30 })
  expect(file.write('a'.repeat(20))).toBe(true)
  expect(file.write('b'.repeat(20))).toBe(false)
  expect(file.write('c'.repeat(20), 'must')).toBe(true)
  await file.close()
  expect(file.lost).toBe(1)
  expect(await readFile(path, 'utf8')).toBe(`${'a'.repeat(20)}\n${'c'.repeat(20)}\n`)
})

it('a line waits for others, but not for long', async () => {
  const path = join(folder, 'linger')
  const clock = createManualClock()
  const file = await openLineFile(path, { clock })
  file.write('first')
  expect(await readFile(path, 'utf8')).toBe('')
  clock.advance(100)
  await expect.poll(() => readFile(path, 'utf8')).toBe('first\n')
  await file.close()
})

it('says what broke and how much is lost', async () => {
  const file = await openLineFile('/dev/full', { clock: createManualClock() })
  file.write('one')
  file.write('two')
  expect(await file.close()).toMatchObject({ code: 'ENOSPC' })
  expect(file.lost).toBe(2)
})
