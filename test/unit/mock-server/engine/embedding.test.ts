import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmbedder } from '../../../../mock-server/engine/embedding.ts'
import { type Features, textFeatures } from '../../../../mock-server/engine/text-features.ts'

const embedder = createEmbedder('text-embedding-3-small', 0.08)

function featuresOf(text: string): Features {
  const steps = textFeatures(text)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function vectorOf(text: string, dimensions = 1536): Float64Array {
  return embedder.embed(featuresOf(text), dimensions)
}

function cosine(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

const sentences = [
  [
    'How do I reset my password?',
    'I forgot my password and need to recover my login.',
    'The weather in Paris is mild in spring.',
  ],
  [
    'The cat sat on the mat.',
    'A kitten was sitting on a mat.',
    'Stock markets fell sharply on Monday.',
  ],
  [
    'Where is my order? The delivery is late.',
    'My shipment has not arrived yet, can you check the delivery?',
    'Photosynthesis turns light into sugar.',
  ],
  [
    'I want my money back for this purchase.',
    'How can I get a refund for what I bought?',
    'The train leaves the station at nine.',
  ],
  [
    'The server returned an error while streaming the response.',
    'Streaming replies fail with a server error.',
    'She bakes bread every Sunday morning.',
  ],
  [
    'Wie kann ich mein Passwort zurücksetzen?',
    'Ich möchte mein Passwort zurücksetzen.',
    'Der Zug fährt um neun Uhr ab.',
  ],
  ['猫が好きです', '私は猫が大好きです', '株価が下落した'],
  [
    'The quick brown fox jumps over the lazy dog.',
    'A fast brown fox leaps over a lazy dog.',
    'The quick way to cook rice is in a pressure cooker.',
  ],
  [
    'Rate limits protect the service from overload.',
    'To protect it from too much load, the service limits the rate of requests.',
    'The recipe needs two eggs and a cup of sugar.',
  ],
] as const

test.each(sentences)('%s is near its paraphrase and far from the rest', (text, same, other) => {
  for (const dimensions of [1536, 256]) {
    const [a, b, c] = [text, same, other].map(given => vectorOf(given, dimensions))
    const [near, far] = [cosine(a!, b!), cosine(a!, c!)]
    expect(near).toBeGreaterThan(far + 0.1)
  }
})

test('texts with nothing in common are as near as their model says', () => {
  for (const kinship of [0.08, 0.7]) {
    const { embed } = createEmbedder('leaning', kinship)
    const pairs = sentences.map(([a, , c]) =>
      cosine(embed(featuresOf(a), 1536), embed(featuresOf(c), 1536)),
    )
    const mean = pairs.reduce((sum, value) => sum + value) / pairs.length
    expect(mean).toBeGreaterThan(kinship - 0.05)
    expect(mean).toBeLessThan(kinship + 0.12)
  }
})

test('a vector is a unit, the same each time, and no two texts share one', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 40 })
  fc.assert(
    fc.property(texts, texts, fc.integer({ min: 1, max: 4096 }), (text, other, dimensions) => {
      const vector = vectorOf(text, dimensions)
      expect(vector.length).toBe(dimensions)
      expect(Math.abs(cosine(vector, vector) - 1)).toBeLessThan(1e-6)
      expect(vectorOf(text, dimensions).join()).toBe(vector.join())
      if (text !== other) expect(vectorOf(other, 512).join()).not.toBe(vectorOf(text, 512).join())
    }),
    { numRuns: 50 },
  )
})

test('fewer dimensions are the beginning of more, made a unit again', () => {
  const whole = vectorOf('The quick brown fox.')
  const short = vectorOf('The quick brown fox.', 256)
  const length = Math.sqrt(cosine(whole.subarray(0, 256), whole.subarray(0, 256)))
  for (let i = 0; i < 256; i++) expect(short[i]).toBeCloseTo(whole[i]! / length, 7)
})

test('each model has a space of its own', () => {
  const other = createEmbedder('text-embedding-3-large', 0.08)
  const features = featuresOf('The quick brown fox.')
  expect(
    Math.abs(cosine(other.embed(features, 1536), vectorOf('The quick brown fox.'))),
  ).toBeLessThan(0.1)
})

test('a long text gives way many times', () => {
  const words = Array.from({ length: 8000 }, (_, i) => `word${(i * 7919) % 5003}`)
  const steps = textFeatures(words.join(' '))
  let pauses = 0
  while (!steps.next().done) pauses++
  expect(pauses).toBeGreaterThan(30)
})
