/** What was found, as one HTML page: self-contained, without scripts, for light, dark, paper and screen readers. */
import { formatDuration } from '../../../base/duration.ts'
import { html } from '../../reporters/markup.ts'
import { formatPage } from '../../reporters/page.ts'
import { bindingWords } from '../binds.ts'
import type { Found } from '../found.ts'
import { capShown } from './cap-figures.ts'
import { rateShown } from './rate-figures.ts'

const ownStyle = `
.points{fill:none;stroke:var(--a);stroke-width:8;stroke-linecap:round}
.missed{fill:none;stroke:var(--bad);stroke-width:8;stroke-linecap:round}
.law{fill:none;stroke:var(--soft);stroke-width:1.4;stroke-dasharray:2 4}
.even{fill:none;stroke:var(--b);stroke-width:1.4}
`

export function formatFoundHtml(found: Found): string {
  const { run, target, settings, tool } = found
  const shown =
    found.over === 'rate'
      ? found.curves.map(curve => rateShown(curve, found))
      : found.curves.map(curve => capShown(curve, found))
  const name = run.label ?? `${target.model} at ${new URL(target.url).host}`
  const objectives = settings.objectives.join(', ') || 'no objectives'
  const when = `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`
  return formatPage({
    title: name,
    brand: 'tokadence tune',
    heading: name,
    lead: `${target.url} · ${objectives} · ${formatDuration(run.seconds * 1000)} · ${when}`,
    style: ownStyle,
    main: [
      verdict(found),
      warnings(found),
      shown.map(curveSection).join('\n'),
      meaning(found),
    ].join('\n'),
    footer: `Made by tokadence ${html(tool.version)}, run ${html(run.id)}. The same numbers are in the JSON that <code>--json</code> writes.`,
  })
}

function verdict({ verdict, answer, policy, run, ...found }: Found): string {
  const kind = verdict === 'found' && !run.interrupted ? 'good' : 'bad'
  const words = `${run.interrupted ? 'Interrupted. ' : ''}${verdict === 'found' ? '' : `${verdict}: `}${answer}`
  const binding = [...found.curves].find(curve => curve.policy === policy)?.binding
  const why = binding
    ? `<p><b>${html(bindingWords[binding.what])}</b>: ${html(binding.because)}.</p>`
    : ''
  return `<p class="verdict ${kind}" role="status">${html(words)}</p>${why}`
}

function warnings({ warnings }: Found): string {
  if (warnings.length === 0) return ''
  const items = warnings.map(text => `<li>${html(text)}</li>`).join('')
  return `<section class="mind" aria-labelledby="mind"><h2 id="mind">Mind</h2><ul>${items}</ul></section>`
}

interface Shown {
  readonly policy: string
  readonly figures: readonly string[]
  readonly table: string
}

function curveSection({ policy, figures, table }: Shown): string {
  const id = `curve-${policy}`
  const plots = figures.length === 0 ? '' : `<div class="plots">${figures.join('')}</div>`
  return `<section aria-labelledby="${id}"><h2 id="${id}">Retries ${policy}</h2>${plots}${table}</section>`
}

function meaning({ definitions }: Found): string {
  const items = Object.entries(definitions)
    .map(([term, text]) => `<dt>${html(term)}</dt><dd>${html(text)}</dd>`)
    .join('')
  return `<section aria-labelledby="meaning"><h2 id="meaning">What the words mean here</h2><dl class="terms">${items}</dl></section>`
}
