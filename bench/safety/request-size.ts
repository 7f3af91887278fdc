/** How long requests of some work are, in tokens: a few are drawn, counted and not sent. */
import { encodingFor } from '../../protocol/tokens/encodings.ts'
import { loadTokenizer } from '../../protocol/tokens/tokenizer.ts'
import type { Hint } from '../work/hint.ts'
import type { Request } from '../work/request.ts'
import type { Work } from '../work/work.ts'

export interface RequestSize {
  readonly scenario: string | undefined
  readonly inputTokens: number
  readonly outputTokens: number
}

/** An answer without a limit is taken to be so long. */
export const unlimitedOutput = 500

const limitFields = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const
/** These hold what a model reads. */
const textFields = ['messages', 'prompt', 'input', 'instructions', 'system', 'tools'] as const
/** Pictures and sound as data URLs: no words. */
const longest = 200_000

/** `hints`: the lengths that a trace asks for, of the first requests. */
export async function drawSizes(
  work: Work,
  count: number,
  hints: Iterator<Hint | undefined>,
): Promise<readonly RequestSize[]> {
  const sizes: RequestSize[] = []
  for (let drawn = 0; drawn < count; drawn++) {
    const { value: hint } = hints.next() as IteratorResult<Hint | undefined, undefined>
    sizes.push(await sizeOf(work.next(hint), work))
  }
  return sizes
}

export interface SessionSizes {
  readonly sizes: readonly RequestSize[]
  /** Turns of a mean session. */
  readonly turns: number
}

/** The same of the requests of whole sessions, each answered with as much as it may be. */
export async function drawSessionSizes(work: Work, sessions: number): Promise<SessionSizes> {
  const sizes: RequestSize[] = []
  for (let drawn = 0; drawn < sessions; drawn++) {
    const talk = work.conversation()
    for (let asked = talk.next(); asked; asked = talk.next()) {
      const size = await sizeOf(asked, work)
      sizes.push(size)
      talk.answered(' word'.repeat(size.outputTokens))
    }
  }
  return { sizes, turns: sizes.length / Math.max(1, sessions) }
}

async function sizeOf({ body, scenario }: Request, work: Work): Promise<RequestSize> {
  const fields = JSON.parse(body) as Readonly<Record<string, unknown>>
  const facts = work.scenarios.find(({ name }) => name === scenario)
  const tokenizer = await loadTokenizer(encodingFor(facts?.model ?? '').encoding)
  const text = textFields.flatMap(field => [...textsIn(fields[field])]).join('\n')
  const asked = limitFields.map(field => Number(fields[field])).find(limit => limit > 0)
  const speaks = facts?.endpoint !== 'embeddings' && facts?.endpoint !== 'moderations'
  return {
    scenario,
    inputTokens: await tokenizer.countInSlices(text.slice(0, longest)),
    outputTokens: speaks ? (asked ?? unlimitedOutput) : 0,
  }
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (!value.startsWith('data:')) yield value
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) yield* textsIn(part)
  }
}
