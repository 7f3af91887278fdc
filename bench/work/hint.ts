/** What a schedule wants of one request: the lengths that a replayed trace had. */
export interface Hint {
  /** Prompt tokens; undefined: as the work draws them. */
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}
