/** Every assertion and its settings, for people and programs. */
import { type AssertionName, assertionNames, assertions } from './assertions.ts'

export interface ListedAssertion {
  readonly assertion: AssertionName
  readonly help: string
  /** The setting that a bare value is of; undefined: there is nothing to say but `true`. */
  readonly short?: string
  readonly settings: readonly {
    readonly name: string
    readonly label: string
    readonly help: string
    readonly isNeeded: boolean
    readonly fallback?: unknown
  }[]
}

export function assertionList(): ListedAssertion[] {
  return assertionNames.map(assertion => {
    const { help, short, settings } = assertions[assertion]
    return {
      assertion,
      help,
      ...(short === undefined ? {} : { short }),
      settings: Object.entries(settings).map(([name, row]) => ({
        name,
        label: row.label,
        help: row.help,
        isNeeded: 'isNeeded' in row,
        ...(row.fallback === undefined ? {} : { fallback: row.fallback }),
      })),
    }
  })
}

/** The same in lines. */
export function assertionLines(): string {
  const blocks = assertionList().map(({ assertion, help, short, settings }) => {
    const bare = settings.find(({ name }) => name === short)?.label ?? 'true'
    const rows = settings.map(({ name, label, help: words, fallback }) => {
      const usual = fallback === undefined ? '' : ` (${fallback})`
      return `    ${name}: ${label}  ${words}${usual}`
    })
    return [`${assertion}: ${bare}`, `  ${help}`, ...rows].join('\n')
  })
  return `${blocks.join('\n')}\n`
}
