/** Log probabilities of a reply's tokens: made up, consistent, the same streamed and not. */
import type { Random } from '../../base/random.ts'
import type { ReplyToken } from './reply-token.ts'

export interface TokenLogprob {
  readonly token: string
  /** Natural logarithm, at most 0. */
  readonly logprob: number
  /** The token in UTF-8. */
  readonly bytes: readonly number[]
}

export interface TokenLogprobs extends TokenLogprob {
  /** The likeliest tokens at this place, the one that was said among them, likeliest first. */
  readonly top: readonly TokenLogprob[]
}

/** What else could have been said anywhere; more than may be asked for. */
const ALTERNATIVES =
  ' the| a| an| and| of| to| in| is| it| that| for| on| with| as| are| this| by| at|,|.|\n| I| The| This'.split(
    '|',
  )

/** One entry for each token, each with `top` alternatives (0 to 20). */
export function drawLogprobs(
  random: Random,
  tokens: readonly Pick<ReplyToken, 'text'>[],
  top: number,
): readonly TokenLogprobs[] {
  return tokens.map(({ text }) => {
    // Mostly sure, now and then not: the chosen token keeps 0.5 to 1 of the probability.
    const chosen = 1 - random.next() ** 3 / 2
    const said = entry(text, chosen)
    if (top === 0) return { ...said, top: [] }
    const list = [said]
    let left = 1 - chosen
    const first = random.integer(ALTERNATIVES.length)
    for (let i = 0; list.length < top; i++) {
      const other = ALTERNATIVES[(first + i) % ALTERNATIVES.length]!
      if (other === text) continue
      left *= 0.5
      list.push(entry(other, left))
    }
    return { ...said, top: list }
  })
}

/** The least that the wire ever names. */
const FLOOR = -9999

function entry(token: string, probability: number): TokenLogprob {
  const logprob = probability > 0 ? Math.max(FLOOR, Math.log(probability)) : FLOOR
  return { token, logprob: Number(logprob.toFixed(8)), bytes: [...Buffer.from(token)] }
}
