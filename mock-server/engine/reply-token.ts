/** What one content chunk says, ready for the wire. */
import type { TokenText } from '../../protocol/tokens/tokenizer.ts'

/** As a rule one token, or the few that share a character. */
export interface ReplyToken {
  readonly text: string
  /** The text as it stands inside a JSON string. */
  readonly json: string
  readonly tokens: number
  /** `json` in UTF-8, for the tokens of the corpus, which all replies share. */
  readonly bytes?: Uint8Array
  /** Where a chunk says several: them, and the place in its item of the first. */
  readonly joins?: { readonly from: number; readonly tokens: readonly ReplyToken[] }
}

export function replyToken({ text, tokens }: TokenText): ReplyToken {
  return { text, json: JSON.stringify(text).slice(1, -1), tokens }
}
