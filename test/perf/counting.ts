/** Counting tokens: against gpt-tokenizer on prose, against itself at twice the length on texts made to stall, and a delta's price. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRandom } from '../../base/random.ts'
import { createStreamCounter } from '../../protocol/tokens/stream-counter.ts'
import { loadTokenizer, type Tokenizer } from '../../protocol/tokens/tokenizer.ts'
import { type Finding, finding } from './report.ts'

/** Not among the packages of this one; `COUNTING_PEER` names a copy elsewhere. */
const PEER = process.env.COUNTING_PEER ?? 'gpt-tokenizer/encoding/o200k_base'
/** The fastest of them counts, with both in turn. */
const ROUNDS = 11
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
  const oursMs: number[] = []
  const theirsMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const text = proseOf(round)
    const [ours, ms] = timed(() => tokenizer.count(text))
    const [theirs, peerMs] = timed(() => peer.countTokens(text) as number)
    if (ours !== theirs) throw new Error(`counted ${ours}, gpt-tokenizer ${theirs}`)
    oursMs.push(ms)
    theirsMs.push(peerMs)
  }
  const [fastestMs, peerFastestMs] = [Math.min(...oursMs), Math.min(...theirsMs)]
  const ratio = peerFastestMs / fastestMs
  const measured = `${ratio.toFixed(2)} × as fast as gpt-tokenizer (${fastestMs.toFixed(0)} ms, ${peerFastestMs.toFixed(0)} ms)`
  yield finding('1 MB of prose', measured, 'at least 1', ratio >= 1)
}

/**
 * Twice the text takes at most 2.3 times as long, of every class (a heap's logarithm alone makes it 2.1), by the fastest
 * of rounds in which both take turns: the text twice, and the one that is twice as long, so that both need a quiet
 * moment of one length. 100,000 × "a" less than 100 ms.
 */
function* measureHostile(tokenizer: Tokenizer): Generator<Finding> {
  let worst = { name: '', ratio: 0 }
  for (const [name, unit] of Object.entries(hostile)) {
    const [text, twiceAsLong] = [100_000, 200_000].map(chars => unit.repeat(chars / unit.length))
    const count = (...texts: string[]) =>
      timed(() => texts.forEach(text => void tokenizer.count(text)))[1]
    const measure = () => [count(text!, text!), count(twiceAsLong!)]
    measure()
    const rounds = Array.from({ length: ROUNDS }, measure)
    const [ms, twiceMs] = [0, 1].map(which => Math.min(...rounds.map(round => round[which]!)))
    const ratio = (2 * twiceMs!) / ms!
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

/** In ms of the processor: by the clock, others that want it would be measured too. */
function timed<T>(work: () => T): [T, number] {
  const start = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(start)
  return [result, (user + system) / 1000]
}

function fastest(work: () => unknown): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => timed(work)[1]))
}
