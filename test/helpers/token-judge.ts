/** js-tiktoken as the judge of token counts: one for each encoding, since to make one takes half a second. */
import { Tiktoken, type TiktokenBPE } from 'js-tiktoken/lite'

const ranks = {
  o200k_base: () => import('js-tiktoken/ranks/o200k_base'),
  cl100k_base: () => import('js-tiktoken/ranks/cl100k_base'),
} as const satisfies Record<string, () => Promise<{ default: TiktokenBPE }>>

const judges = new Map<string, Promise<Tiktoken>>()

/** The same one for all who ask. */
export function tokenJudge(encoding: keyof typeof ranks): Promise<Tiktoken> {
  const judge = judges.get(encoding) ?? make(encoding)
  judges.set(encoding, judge)
  return judge
}

async function make(encoding: keyof typeof ranks): Promise<Tiktoken> {
  const { default: table } = await ranks[encoding]()
  return new Tiktoken(table)
}
