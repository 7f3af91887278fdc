/** What one content chunk says, ready for the wire. */
import type { TokenText } from '../../protocol/tokens/tokenizer.ts'

/** As a rule one token, or the few that share a character. */
export interface ReplyToken {
  readonly text: string
  /** The text as it stands inside a JSON string. */
  readonly json: string
  /** Bytes of `json` in UTF-8; equal to its length when it is plain ASCII. */
  readonly jsonBytes: number
  readonly tokens: number
}

export function replyToken({ text, tokens }: TokenText): ReplyToken {
  const json = JSON.stringify(text).slice(1, -1)
  return { text, json, jsonBytes: Buffer.byteLength(json), tokens }
}
