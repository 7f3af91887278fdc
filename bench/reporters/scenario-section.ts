/** The scenarios of a run as a part of its page: what each asks, what became of its requests, how long they took. */
import type { ScenarioSummary, WorkFacts } from '../scenarios.ts'
import type { Summary } from '../summary.ts'
import { html, number, table } from './markup.ts'
import { shownTimes } from './shown-times.ts'
import { timeRowsOf, timesTable } from './times-table.ts'

/** Nothing where the run has but one. */
export function scenarioSection(summary: Summary): string {
  const { scenarios } = summary
  if (!scenarios) return ''
  const parts = scenarios.map((scenario, i) => part(scenario, i, summary))
  return `<section aria-labelledby="scenarios"><h2 id="scenarios">Scenarios</h2>
${overview(scenarios, summary.work)}
${parts.join('\n')}</section>`
}

function overview(scenarios: readonly ScenarioSummary[], work: readonly WorkFacts[]): string {
  const weights = work.reduce((sum, { weight }) => sum + weight, 0)
  const rows = scenarios.map(({ name, counts, tokens }) => {
    const facts = work.find(known => known.name === name)
    return [
      name,
      facts ? `${facts.model}, ${facts.endpoint}` : '–',
      facts ? `${Math.round((facts.weight / weights) * 100)} %` : '–',
      ...[counts.sent, counts.ok, counts.failed, counts.cut, counts.open].map(number),
      ...[counts.attempts, counts.throttled, tokens.input, tokens.output].map(number),
    ]
  })
  const head = ['scenario', 'asks', 'weight', 'sent', 'ok', 'failed', 'cut', 'open']
  const more = ['tries', 'throttled', 'tokens in', 'out']
  return table('Scenarios and their requests', [...head, ...more], rows, true)
}

function part(scenario: ScenarioSummary, i: number, summary: Summary): string {
  const { name, counts } = scenario
  const { sent, ok, failed, cut, open } = counts
  const kinds = Object.entries({ ok, failed, cut, open })
  const words = kinds.map(
    ([kind, count]) => `<span class="key ${kind}">${number(count)} ${kind}</span>`,
  )
  // What has no tokens, such as an embedding, has no times of them.
  const names = shownTimes(summary).filter(time => scenario[`${time}Ms`].count > 0)
  const rows = timeRowsOf(scenario, names)
  return `<section class="scenario" aria-labelledby="scenario-${i}"><h3 id="scenario-${i}">${html(name)}</h3>
<p class="sum"><b>${number(sent)} sent</b> = ${words.join(' + ')}</p>
${rows.length > 0 ? timesTable(`Times of ${name} in milliseconds`, rows) : ''}</section>`
}
