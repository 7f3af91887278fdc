import { expect, it } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import { talksOf } from '../../../../bench/drivers/talks.ts'
import type { Work } from '../../../../bench/work/work.ts'
import { createStage, requestOf } from '../../../helpers/driver-stage.ts'

const { work } = createStage().context
const mute: Work = {
  ...work,
  conversation() {
    throw new OptionError('endpoint', 'embeddings', 'knows no conversations')
  },
}
const talking: Work = {
  ...work,
  conversation: () => ({ next: () => requestOf('a turn'), answered() {} }),
}

it('without talks each request stands alone', () => {
  const talk = talksOf(talking, { hasTalks: false, mustTalk: false })()
  expect(talk.next()?.body).toBe('0')
  expect(talk.next()).toBe(undefined)
})

it('where there may be talks they are taken, and a request alone where there are none', () => {
  expect(talksOf(talking, { hasTalks: true, mustTalk: false })().next()?.body).toBe('a turn')
  const talk = talksOf(mute, { hasTalks: true, mustTalk: false })()
  expect(talk.next()?.body).toBe('1')
  expect(talk.next()).toBe(undefined)
})

it('where there must be talks it is said before anything is sent that there are none', () => {
  expect(() => talksOf(mute, { hasTalks: true, mustTalk: true })).toThrow('knows no conversations')
})
