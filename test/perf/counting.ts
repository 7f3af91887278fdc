/** Counting tokens: against gpt-tokenizer on prose, against itself at twice the length on texts made to stall, and a delta's price. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRandom } from '../../base/random.ts'
import { createStreamCounter } from '../../protocol/tokens/stream-counter.ts'
import { loadTokenizer, type Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { type Finding, finding, medianOf } from './report.ts'

/** Not among the packages of this one; `COUNTING_PEER` names a copy elsewhere. */
const PEER = process.env.COUNTING_PEER ?? 'gpt-tokenizer/encoding/o200k_base'
const ROUNDS = 5
const PROSE_CHARS = 1_000_000
const LINEAR = 2.3
const documents = fileURLToPath(new URL('../../examples/documents/', import.meta.url))

/** Each is repeated to a length: what makes one piece without an end, or many tokens of few characters. */
const hostile: Readonly<Record<string, string>> = {
  a: 'a',
  Thai: 'ภาษาไทย',
  spaces: ' ',
  'line ends': '\r\n',
  Chinese: '漢字處理',
  emoji: '👩‍👩‍👧‍👦',
  marks: 'e\u0301\u0323',
  digits: '7',
  dashes: '-',
  'lone surrogates': '\ud83d',
  'zero width': '\u200d',
  apostrophes: "'s",
}

export async function* measureCounting(): AsyncGenerator<Finding> {
  const tokenizer = await loadTokenizer('o200k_base')
  yield* measureProse(tokenizer)
  yield* measureHostile(tokenizer)
  yield measureDeltas(tokenizer)
}

/** Peers are optional: whoever measures installs them. */
async function* measureProse(tokenizer: Tokenizer): AsyncGenerator<Finding> {
  const peer = await import(PEER).catch(() => undefined)
  if (!peer) {
    process.stdout.write('without gpt-tokenizer (npm install --no-save gpt-tokenizer): no peer\n')
    return
  }
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const text = proseOf(round)
    const [ours, oursMs] = timed(() => tokenizer.count(text))
    const [theirs, theirsMs] = timed(() => peer.countTokens(text) as number)
    if (ours !== theirs) throw new Error(`counted ${ours}, gpt-tokenizer ${theirs}`)
    ratios.push(theirsMs / oursMs)
  }
  const median = medianOf(ratios)
  const all = ratios.map(ratio => ratio.toFixed(2)).join(', ')
  yield finding(
    '1 MB of prose',
    `${median.toFixed(2)} × as fast as gpt-tokenizer (${all})`,
    'at least 1',
    median >= 1,
  )
}

/** Twice the text takes at most 2.3 times as long, of every class; 100,000 × "a" less than 100 ms. */
function* measureHostile(tokenizer: Tokenizer): Generator<Finding> {
  let worst = { name: '', ratio: 0 }
  for (const [name, unit] of Object.entries(hostile)) {
    const [text, twiceAsLong] = [100_000, 200_000].map(chars => unit.repeat(chars / unit.length))
    const count = (text = '') => timed(() => tokenizer.count(text))[1]
    count(text)
    count(twiceAsLong)
    const ratios = Array.from({ length: ROUNDS }, () => count(twiceAsLong) / count(text))
    const ratio = medianOf(ratios)
    if (ratio > worst.ratio) worst = { name, ratio }
  }
  const measured = `at worst ${worst.ratio.toFixed(2)} × for twice the text (${worst.name})`
  yield finding('hostile texts', measured, `at most ${LINEAR} ×`, worst.ratio <= LINEAR)
  const ms = fastest(() => tokenizer.count('a'.repeat(100_000)))
  yield finding('100,000 × "a"', `${ms.toFixed(0)} ms`, 'under 100 ms', ms < 100)
}

function measureDeltas(tokenizer: Tokenizer): Finding {
  const text = proseOf(ROUNDS).slice(0, 400_000)
  const deltas = text.match(/[\s\S]{1,4}/g) ?? []
  const us =
    fastest(() => {
      const counter = createStreamCounter(tokenizer)
      for (const delta of deltas) counter.add(delta)
      return counter.count
    }) *
    (1000 / deltas.length)
  return finding('a delta of 4 characters', `${us.toFixed(2)} µs`, 'at most 10 µs', us <= 10)
}

/** A million characters of the example documents, their sentences in an order of their own. */
function proseOf(seed: number): string {
  const random = createRandom('prose', seed)
  const names = readdirSync(documents).filter(name => /\.(md|txt)$/.test(name))
  const sentences = names
    .map(name => readFileSync(documents + name, 'utf8'))
    .join('\n')
    .split(/(?<=[.!?]\s)/)
  let text = ''
  while (text.length < PROSE_CHARS) text += random.pick(sentences)
  return text.slice(0, PROSE_CHARS).replaceAll('<|', '<') // the peer takes no special tokens in a text
}

function timed<T>(work: () => T): [T, number] {
  const startMs = performance.now()
  const result = work()
  return [result, performance.now() - startMs]
}

function fastest(work: () => unknown): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => timed(work)[1]))
}
