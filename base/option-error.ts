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
    /** Undefined where the fault is not in the value. */
    value: unknown,
    allowed: string,
    { origin, cause }: { origin?: Origin | undefined; cause?: unknown } = {},
  ) {
    const place = origin ?? option
    const fault = value === undefined ? '' : `${show(value)} is not allowed; `
    super(`${place}: ${fault}${allowed}`, { cause })
    this.option = option
    this.value = value
    this.allowed = allowed
    this.origin = origin
  }
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object'
  const text = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
