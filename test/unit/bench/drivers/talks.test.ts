import { expect, it } from 'vitest'
import { talksOf } from '../../../../bench/drivers/talks.ts'
import type { Work } from '../../../../bench/work/work.ts'
import { createStage, requestOf } from '../../../helpers/driver-stage.ts'

const { work } = createStage().context
const talking: Work = {
  ...work,
  conversation: () => ({ next: () => requestOf('a turn'), answered() {} }),
}

it('where nobody has more to say each request stands alone', () => {
  const talk = talksOf(talking)()
  expect(talk.next()?.body).toBe('0')
  expect(talk.next()).toBe(undefined)
})

it('where some have they are heard', () => {
  expect(talksOf({ ...talking, hasTalks: true })().next()?.body).toBe('a turn')
})
