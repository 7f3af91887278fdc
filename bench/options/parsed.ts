/** An option whose text is read into something else, by a parser of its own. */
import { type Row, text } from '../../base/option-table.ts'

/** A text that is read into something else, or refused. */
export function parsed<T>(
  words: { readonly help: string; readonly label: string; readonly allowed: string },
  parse: (text: string) => T | undefined,
): Row<T | undefined, string | number> {
  const read = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? parse(String(value)) : undefined
  return {
    ...text({ help: words.help, label: words.label }),
    fallback: undefined,
    allowed: words.allowed,
    read: read as Row<T | undefined>['read'],
  }
}

/** As the end of a sentence. */
export const shareSyntax = 'write a share such as 10% or 0.1'

/** `10%` or `0.1`, as a number from 0 to 1. */
export function parseShare(value: string): number | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(value.trim()) ?? []
  const share = Number(digits) / (percent ? 100 : 1)
  return share <= 1 ? share : undefined
}
