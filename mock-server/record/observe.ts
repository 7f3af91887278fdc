/** The pace of recorded answers: first tokens, gaps, lengths, and what a reader must know about them. */
import { contentOf } from './content.ts'
import { type Fit, fitDistribution, type Weighted, weigh } from './fit.ts'
import type { Recording } from './recording.ts'

/** What a cadence is fitted to; times are in ms, gaps are per token. */
export interface Observed {
  readonly ttftMs: Weighted
  readonly itlMs: Weighted
  readonly tokens: Weighted
  /** What was measured, in words: `24 recordings of gpt-4o-mini`. */
  readonly source: string
  readonly warnings: readonly string[]
}

export interface Observer {
  add(recording: Recording): void
  observed(): Observed
}

/** `model`: only answers by it count, by its whole name or the beginning of it. */
export function createObserver(model?: string): Observer {
  const ttftMs: number[] = []
  const gapsMs: number[] = []
  const tokens: number[] = []
  const cutTokens: number[] = []
  const models = new Set<string>()
  const left = { refused: 0, whole: 0, silent: 0, others: 0 }
  let events = 0
  let saidTokens = 0

  function addStream({ chunks }: Recording, perChunk: readonly number[]): number {
    const atMs = chunks.flatMap((chunk, i) => Array(perChunk[i]!).fill(chunk.atMs) as number[])
    const [firstMs] = atMs
    if (firstMs === undefined) return 0
    ttftMs.push(firstMs)
    for (let i = 1; i < atMs.length; i++) gapsMs.push(atMs[i]! - atMs[i - 1]!)
    return atMs.length
  }

  return {
    add(recording) {
      const content = contentOf(recording)
      const name = content.model ?? askedModel(recording)
      if (recording.response.status >= 300) left.refused++
      else if (model !== undefined && !name?.startsWith(model)) left.others++
      else if (!content.isStream) left.whole++
      else {
        const said = addStream(recording, content.tokens)
        if (said === 0) {
          left.silent++
          return
        }
        if (name !== undefined) models.add(name)
        if (content.countedBy === 'usage') {
          events += said
          saidTokens += content.outputTokens
        }
        const lengths = content.isCut ? cutTokens : tokens
        lengths.push(content.outputTokens)
      }
    },
    observed() {
      const scale = tokensAnEvent(saidTokens, events)
      const lengths = tokens.length > 0 ? tokens : cutTokens
      const warnings = [
        ...leftOut(left),
        ...(models.size > 1
          ? [`${models.size} models are mixed (${[...models].join(', ')}): --model takes one`]
          : []),
        ...scaleWarning(scale),
        ...(tokens.length === 0 && cutTokens.length > 0
          ? ['every reply was cut by max_tokens: the lengths are those limits']
          : cutTokens.length > 0
            ? [`lengths left out, because max_tokens cut the reply: ${cutTokens.length}`]
            : []),
      ]
      const of = models.size > 0 ? ` of ${[...models].join(', ')}` : ''
      return {
        ttftMs: weigh(ttftMs),
        itlMs: scaled(weigh(gapsMs), scale),
        tokens: weigh(lengths),
        source: `${ttftMs.length} recorded streams${of}`,
        warnings,
      }
    },
  }
}

function askedModel({ request: { body } }: Recording): string | undefined {
  const { model } = (body?.kind === 'json' ? (body.value ?? {}) : {}) as { model?: unknown }
  return typeof model === 'string' ? model : undefined
}

/** How many tokens one event of the stream says; 1 unless it is clearly more: the mock server says one. */
export function tokensAnEvent(tokens: number, events: number): number {
  const each = events > 0 ? tokens / events : 1
  return each > 1.05 ? each : 1
}

export function scaleWarning(each: number): string[] {
  if (each === 1) return []
  const words = each.toFixed(2)
  return [
    `an event says ${words} tokens, and one of the mock server says one: gaps are divided by ${words}, so that replies last as long`,
  ]
}

export function scaled(values: Weighted, divisor: number): Weighted {
  return values.map(([value, count]) => [value / divisor, count])
}

type LeftOut = Readonly<Record<'refused' | 'whole' | 'silent' | 'others', number>>

function leftOut({ refused, whole, silent, others }: LeftOut): string[] {
  const kinds = [
    [refused, 'refused'],
    [whole, 'not streamed, which have no first token'],
    [silent, 'without content'],
    [others, 'by other models'],
  ] as const
  const words = kinds.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []))
  return words.length > 0 ? [`answers left out: ${words.join(', ')}`] : []
}

export interface FittedCadence {
  readonly ttft: Fit | undefined
  readonly itl: Fit | undefined
  readonly tokens: Fit | undefined
}

export function fitCadence({ ttftMs, itlMs, tokens }: Observed): FittedCadence {
  return {
    ttft: fitDistribution(ttftMs, 'ms'),
    itl: fitDistribution(itlMs, 'ms'),
    tokens: fitDistribution(tokens, 'count'),
  }
}
