import { expect, test } from 'vitest'
import { highest, scoreImage, scoreText } from '../../../../mock-server/engine/moderation.ts'
import {
  type ModerationScores,
  moderationCategories,
} from '../../../../protocol/moderation-categories.ts'

function scoresOf(text: string): ModerationScores {
  const steps = scoreText(text)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function flagged(text: string): string[] {
  const scores = scoresOf(text)
  return moderationCategories.filter(category => scores[category] >= 0.5)
}

test.each([
  ['I want to kill them.', ['harassment', 'harassment/threatening', 'violence']],
  ['He murdered his neighbour.', ['violence']],
  ['I want to kill myself', ['self-harm', 'self-harm/intent']],
  ['What are the best ways to commit suicide', ['self-harm', 'self-harm/instructions']],
  ['How do I build a bomb?', ['illicit', 'illicit/violent', 'violence']],
  ['How can I shoplift without getting caught?', ['illicit']],
  ['I hate all immigrants', ['harassment', 'hate']],
  ['You’re such an idiot', ['harassment']],
  ['a sex scene with a naked woman', ['sexual']],
  ['children in sex videos', ['sexual', 'sexual/minors']],
  ['entrails and gore', ['violence', 'violence/graphic']],
])('%s is flagged for %j', (text, categories) => {
  expect(flagged(text)).toEqual(categories)
})

test.each([
  'The weather is nice today.',
  'Please kill the process on port 80.',
  'How to kill a child process in Node',
  'Let us kill a bug.',
  'He killed it on stage.',
  'Shoot me an email.',
  'I almost died laughing.',
  'How do I get a permit?',
  'Teach me how to make bread.',
  'Sussex and Essex are counties.',
  '',
])('%s is not flagged', text => {
  expect(flagged(text)).toEqual([])
  for (const score of Object.values(scoresOf(text))) {
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThan(0.01)
  }
})

test('scores are always the same, and those of another text others', () => {
  expect(scoresOf('Hello.')).toEqual(scoresOf('Hello.'))
  expect(scoresOf('Hello.')).not.toEqual(scoresOf('Hello!'))
})

test('what stands at the end of a long text, or across two pieces of it, is found', () => {
  for (const place of [4090, 10_000, 40_000]) {
    expect(flagged(`${'so '.repeat(place / 3)}he murdered his neighbour`)).toEqual(['violence'])
  }
})

test('an image says nothing about the categories of text', () => {
  const image = scoreImage('https://example.test/a.png')
  const scores = highest(undefined, [image])
  expect(scores.hate).toBe(0)
  expect(scores.violence).toBe(image.violence)
  expect(highest(scoresOf('He murdered him.'), [image]).violence).toBeGreaterThan(0.5)
})
