/** Findings as annotations of GitHub Actions: `::error title=…::…`. */
import { evidenceLines, titleOf } from '../mock-server/verify/report.ts'
import type { Verification } from '../mock-server/verify/verification.ts'

/** A line for each assertion that did not pass. */
export function annotations({ results }: Verification): string {
  return results
    .filter(({ verdict }) => verdict !== 'passed')
    .map(result => {
      const text = [`${result.says}.`, ...evidenceLines(result)].join('\n')
      return `::error title=${property(titleOf(result))}::${data(text)}\n`
    })
    .join('')
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
}
