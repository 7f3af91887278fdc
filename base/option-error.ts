/** A setting that cannot be used: which one, its value, where it came from, what is allowed. */

/** Where a value was given, e.g. `--ttft`, `TOKADENCE_TTFT` or `tokadence.yaml:3:1`. */
export type Origin = string

export class OptionError extends Error {
  override readonly name = 'OptionError'
  readonly option: string
  readonly value: unknown
  readonly allowed: string
  readonly origin: Origin | undefined

  constructor(
    option: string,
    value: unknown,
    allowed: string,
    { origin, cause }: { origin?: Origin | undefined; cause?: unknown } = {},
  ) {
    const place = origin ?? option
    super(`${place}: ${show(value)} is not allowed; ${allowed}`, { cause })
    this.option = option
    this.value = value
    this.allowed = allowed
    this.origin = origin
  }
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
