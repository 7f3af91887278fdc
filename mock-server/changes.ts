/** Changes of settings while the server runs, as they are asked for: all of them are read, or none. */
import { OptionError, type Origin } from '../base/option-error.ts'
import { type Given, notAllowed, unknownKey } from '../base/option-table.ts'
import { type LiveOptions, liveOptions, serverOptions } from './options.ts'

/** The live options as they are written; null: as if the option had not been given. */
export type Changes = {
  readonly [Key in keyof typeof liveOptions]?: Given<typeof liveOptions>[Key] | null
}

/** Everything that is wrong with the changes: `errors` has each, the message all of them. */
export class ChangesError extends OptionError {
  readonly errors: readonly OptionError[]

  constructor(errors: readonly [OptionError, ...OptionError[]]) {
    const [{ option, value, allowed, origin }] = errors
    super(option, value, allowed, { origin })
    this.message = errors.map(({ message }) => message).join('\n')
    this.errors = errors
  }
}

/**
 * What `given` changes, in the values inside; what is undefined in it is left as it is. Throws ChangesError for an
 * unknown option, one that cannot change while the server runs, and a value that is not allowed.
 */
export function readChanges(
  given: Readonly<Record<string, unknown>>,
  placeOf: (key: string) => Origin = key => key,
): Partial<LiveOptions> {
  const changes: Record<string, unknown> = {}
  const errors: OptionError[] = []
  for (const [key, value] of Object.entries(given)) {
    const origin = placeOf(key)
    if (!isLive(key)) errors.push(notLive(key, origin))
    else if (value !== undefined) {
      const row = liveOptions[key]
      const { read, fallback } = row
      if (value === null) {
        changes[key] = fallback === undefined ? undefined : read(fallback)
        continue
      }
      const inside = read(value)
      if (inside === undefined) errors.push(notAllowed(row, { key, value, origin }))
      else changes[key] = inside
    }
  }
  const [first, ...others] = errors
  if (first) throw new ChangesError([first, ...others])
  return changes
}

export function isLive(key: string): key is keyof typeof liveOptions {
  return Object.hasOwn(liveOptions, key)
}

/** Its value is not told: it may be a key. */
function notLive(key: string, origin: Origin): OptionError {
  if (!Object.hasOwn(serverOptions, key)) return unknownKey(key, origin, Object.keys(liveOptions))
  const why = `${key} cannot be changed while the server runs; give it when it is started`
  return new OptionError(key, undefined, why, { origin })
}
