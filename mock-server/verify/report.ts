/** A verification in lines for people. */
import type { Verification, VerifyResult } from './verification.ts'

const SIGN = { passed: '✓', failed: '✗', inconclusive: '?' } as const

/** A line for each assertion, its breaches below it, and a sum at the end. */
export function reportText({ results }: Verification): string {
  const lines = results.flatMap(result => [lineOf(result), ...evidenceLines(result)])
  return [...lines, sumOf(results)].join('\n')
}

function lineOf(result: VerifyResult): string {
  const doubt = result.verdict === 'inconclusive' ? 'inconclusive: ' : ''
  return `${SIGN[result.verdict]} ${titleOf(result)}: ${doubt}${result.says}.`
}

/** `maxInFlight: 8`, with the expectation's name and filter. */
export function titleOf({ name, assertion, expected, where }: VerifyResult): string {
  const wanted = expected === true ? assertion : `${assertion} ${written(expected)}`
  const scope = where === undefined ? '' : ` where ${written(where)}`
  return `${name === undefined ? '' : `${name}: `}${wanted}${scope}`
}

/** As in YAML's or JavaScript's own short form. */
function written(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return `{ ${pairs.map(([key, inner]) => `${key}: ${written(inner)}`).join(', ')} }`
}

export function evidenceLines({ verdict, evidence, moreEvidence }: VerifyResult): string[] {
  if (verdict === 'passed') return []
  const lines = evidence.map(({ says, requests }) => {
    const ids = requests.slice(0, 4).map(({ requestId }) => requestId)
    const more = requests.length > ids.length ? ', …' : ''
    return `    ${says}${ids.length > 0 ? ` (${ids.join(', ')}${more})` : ''}`
  })
  return moreEvidence > 0 ? [...lines, `    and ${moreEvidence} more`] : lines
}

function sumOf(results: readonly VerifyResult[]): string {
  const count = (verdict: VerifyResult['verdict']) =>
    results.filter(result => result.verdict === verdict).length
  const parts = [`${count('passed')} passed`, `${count('failed')} failed`]
  if (count('inconclusive') > 0) parts.push(`${count('inconclusive')} inconclusive`)
  return parts.join(', ')
}
