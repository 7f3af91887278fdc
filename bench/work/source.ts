/** Where a scenario's prompts come from: what was given, or synthetic text. */
import type { Random } from '../../base/random.ts'
import type { BodyMaker, Prompt } from './body.ts'
import { createDeck } from './deck.ts'
import type { Endpoint } from './endpoints.ts'
import { createPrefixedText } from './prefixes.ts'
import type { Asked, Message } from './prompt.ts'
import { createTextMaker } from './synthetic-text.ts'

export interface Source {
  /** How many there are to draw from. */
  readonly prompts: 'synthetic' | number
  /** `inputTokens`: what it is to count, where it is synthetic. */
  next(inputTokens: number | undefined): Prompt
  /** What one user says; `drawInput` says how long a synthetic turn is to be that is not told. */
  talk(drawInput: () => number | undefined): Talk | WholeTalk
  /** Whether some of what was given has several turns of itself. */
  readonly hasTalks: boolean
  /** Whether all that was given are whole request bodies. */
  readonly isWhole: boolean
}

/** A request body that somebody wrote: it has no turns. */
export interface WholeTalk {
  readonly whole: Prompt
}

/** Of one user: the messages of each turn, beginning with what stands before it. */
export interface Talk {
  /** How many turns it has of itself; undefined: as many as are wanted. */
  readonly turns: number | undefined
  turn(place: number, inputTokens: number | undefined): readonly Message[]
}

/** Tokens of a synthetic prompt whose length nobody asked for: from 24, so many more or less. */
const shortest = 24
const spread = 97

export interface SyntheticOptions {
  readonly endpoint: Endpoint
  readonly sharedPrefix: number | undefined
  readonly prefixGroups: number
}

/** Throws OptionError for prefixes that are too many. */
export function syntheticSource(
  { endpoint, sharedPrefix, prefixGroups }: SyntheticOptions,
  bodies: BodyMaker,
  random: Random,
): Source {
  const plain = createTextMaker(random.fork('text'))
  const prefixed =
    sharedPrefix === undefined
      ? undefined
      : createPrefixedText({ tokens: sharedPrefix, groups: prefixGroups }, random.fork('prefixes'))
  const lengths = random.fork('lengths')

  function words(inputTokens: number | undefined, isFirst = true): string {
    const before = isFirst ? (sharedPrefix ?? 0) : 0
    const usual = () => before + shortest + lengths.integer(spread)
    const tokens =
      inputTokens === undefined ? usual() : Math.max(1, inputTokens - endpoint.frameTokens)
    return prefixed && isFirst ? prefixed(tokens) : plain.text(tokens)
  }

  return {
    prompts: 'synthetic',
    hasTalks: false,
    isWhole: false,
    // No word of it needs to be escaped.
    next: inputTokens => bodies.quoted(`"${words(inputTokens)}"`),
    talk: drawInput => ({
      turns: undefined,
      turn(place, inputTokens = drawInput()) {
        return [{ role: 'user', content: words(inputTokens, place === 0) }]
      },
    }),
  }
}

/** `seen`: how many there were before some were kept. */
export function givenSource(
  { kept, seen }: { readonly kept: readonly Asked[]; readonly seen: number },
  bodies: BodyMaker,
  random: Random,
): Source {
  const draw = createDeck(kept.length, random)
  /** Made when first drawn. */
  const prompts: Prompt[] = []
  function prompt(place: number): Prompt {
    prompts[place] ??= promptOf(kept[place]!, bodies)
    return prompts[place]!
  }
  return {
    prompts: seen,
    isWhole: kept.every(({ kind }) => kind === 'body'),
    hasTalks: kept.some(asked => asked.kind === 'talk' && userTurns(asked.messages) > 1),
    next: () => prompt(draw()),
    talk() {
      const place = draw()
      const first = kept[place]!
      return first.kind === 'body' ? { whole: prompt(place) } : talkOf(first, () => kept[draw()]!)
    },
  }
}

export function promptOf(asked: Asked, bodies: BodyMaker): Prompt {
  switch (asked.kind) {
    case 'text':
      return bodies.text(asked.text)
    case 'body':
      return bodies.whole(asked.body)
    case 'messages':
      return bodies.messages(asked.messages)
    case 'talk':
      return bodies.messages(turnOf(asked.messages, 0))
  }
}

function talkOf(first: Exclude<Asked, { kind: 'body' }>, another: () => Asked): Talk {
  if (first.kind === 'talk') {
    const { messages } = first
    return { turns: userTurns(messages), turn: place => turnOf(messages, place) }
  }
  if (first.kind === 'messages') return { turns: 1, turn: () => first.messages }
  return {
    turns: undefined,
    turn(place) {
      const asked = place === 0 ? first : another()
      return [{ role: 'user', content: asked.kind === 'text' ? asked.text : '' }]
    },
  }
}

function userTurns(messages: readonly Message[]): number {
  return messages.filter(({ role }) => role === 'user').length
}

/** What the user says in the turn `place`, and before the first what stands before it: no answer is repeated. */
function turnOf(messages: readonly Message[], place: number): readonly Message[] {
  let turn = -1
  return messages.filter(({ role }) => {
    if (role === 'user') turn++
    return role === 'user' ? turn === place : role === 'system' && place === 0 && turn < 0
  })
}
