/** Two runs compared as one HTML page: self-contained, without scripts, as a run's own. */
import { basename } from 'node:path'
import { formatDuration } from '../../base/duration.ts'
import type { Comparison } from '../compare/comparison.ts'
import { loadWords } from '../load/facts.ts'
import type { Summary } from '../summary.ts'
import {
  type Compared,
  comparisonFigures,
  comparisonSection,
  comparisonStyle,
  type Names,
} from './comparison-section.ts'
import { meaningOf } from './comparison-words.ts'
import { html, table } from './markup.ts'
import { mind } from './mind.ts'
import { formatPage } from './page.ts'

/** `names`: of their files. */
export function formatComparisonHtml(compared: Compared, names: Names): string {
  const { comparison, base, head } = compared
  const { isPaired, warnings } = comparison
  const how = isPaired ? 'measured by turns in one run' : 'two runs that were made apart'
  const nameOf = (run: Summary['run'], path: string) => run.label ?? basename(path)
  const heading = `${nameOf(head.run, names.head)} against ${nameOf(base.run, names.base)}`
  return formatPage({
    title: heading,
    brand: 'tokadence compare',
    heading,
    lead: `${head.target.model} · ${how}`,
    style: comparisonStyle,
    main: [
      comparisonSection(comparison, names),
      mind(warnings),
      comparisonFigures(compared),
      meaning(comparison),
      settings(base, head),
    ].join('\n'),
    footer: `Made by tokadence. The same numbers are in the JSON that <code>--json</code> prints.`,
  })
}

function meaning(comparison: Comparison): string {
  const items = meaningOf(comparison).map(text => {
    const [term = '', ...rest] = text.split(': ')
    return `<dt>${html(term)}</dt><dd>${html(rest.join(': '))}</dd>`
  })
  return `<section aria-labelledby="meaning"><h2 id="meaning">What the words mean here</h2><dl class="terms">${items.join('')}</dl></section>`
}

function settings(base: Summary, head: Summary): string {
  const row = (what: string, of: (summary: Summary) => string) => [what, of(base), of(head)]
  const rows = [
    row('target', ({ target }) => target.url),
    row('model', ({ target }) => target.model),
    row('load', ({ load }) => loadWords(load)),
    row('measured', ({ run }) => formatDuration(run.seconds * 1000)),
    row('warm-up', ({ load }) => formatDuration(load.warmupMs)),
    row('began', ({ run }) => run.startedAt),
    row('run', ({ run }) => run.id),
    row('tokadence', ({ tool }) => tool.version),
    row('Node', ({ environment }) => environment.node),
    row(
      'processor',
      ({ environment }) => `${environment.cpu}, ${environment.cores} for this process`,
    ),
  ]
  return `<section aria-labelledby="setting"><h2 id="setting">Setting</h2>${table('How and where they were run', ['what', 'base', 'head'], rows)}</section>`
}
