/** The score card as one HTML page: self-contained, without scripts, for light, dark, paper and screen readers. */
import { html, table } from '../../reporters/markup.ts'
import { formatPage } from '../../reporters/page.ts'
import type { Card, Row } from '../card.ts'
import { leadOf, markOf, scoreWords, wrongs } from './words.ts'

const ownStyle = `
td.right{color:var(--good)}td.wrong{color:var(--bad);font-weight:600}td.none{color:var(--soft)}
td.right,td.wrong,td.none{white-space:nowrap}
tbody th small{display:block}
tr.group th{padding-top:22px;color:var(--soft);font-weight:500;font-size:13px}
.tile.good strong{color:var(--good)}
.faults dt{font-weight:600}.faults dd{margin:0 0 8px;color:var(--soft);overflow-wrap:anywhere}
`

export function formatHtml(card: Card): string {
  return formatPage({
    title: 'Torture',
    brand: 'tokadence torture',
    product: 'tokadence',
    heading: 'What clients make of a server that goes wrong',
    lead: leadOf(card),
    style: ownStyle,
    main: [scores(card), trialsOf(card), faultsOf(card), meaning].join('\n'),
    footer: `Made by tokadence ${html(card.tool.version)}. The same is in the JSON that <code>--out card.json</code> writes.`,
  })
}

function scores({ clients, skipped }: Card): string {
  const tiles = clients.map(client => {
    const kind = client.right === client.of ? ' good' : ''
    return `<div class="tile${kind}"><dt>${html(client.name)}</dt><dd><strong>${client.percent} %</strong><span>${html(scoreWords(client).replace(/,.*/, ' right'))} · ${html(client.version)}</span></dd></div>`
  })
  const notes = skipped.map(
    ({ name, why }) => `<p class="note">${html(name)} was skipped: ${html(why)}</p>`,
  )
  return `<section aria-labelledby="scores"><h2 id="scores">Score</h2><dl class="tiles">${tiles.join('')}</dl>${notes.join('')}</section>`
}

function trialsOf({ clients, rows }: Card): string {
  const names = clients.map(({ name }) => name)
  const head = ['trial', 'right is', ...names].map(text => `<th scope="col">${html(text)}</th>`)
  let group = ''
  const body = rows.map(row => {
    const title =
      row.group === group
        ? ''
        : `<tr class="group"><th colspan="${names.length + 2}" scope="rowgroup">${html(row.group)}</th></tr>`
    group = row.group
    return `${title}${line(row, names)}`
  })
  return `<section aria-labelledby="trials"><h2 id="trials">Trials</h2>
<div class="scroll"><table><caption>What each client made of each trial</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div></section>`
}

function line({ name, does, right, results }: Row, names: readonly string[]): string {
  const cells = names.map(client => {
    const result = results[client]
    if (!result) return '<td class="none">–</td>'
    const kind = result.isRight ? 'right' : 'wrong'
    return `<td class="${kind}" title="${html(result.why)}">${html(markOf(result))}</td>`
  })
  return `<tr><th scope="row">${html(name)}<small>the server ${html(does)}</small></th><td>${html(right)}</td>${cells.join('')}</tr>`
}

function faultsOf(card: Card): string {
  return wrongs(card)
    .map(({ client, faults }) => {
      const items = faults.map(({ trial, why }) => `<dt>${html(trial)}</dt><dd>${html(why)}</dd>`)
      const id = html(client.name)
      return `<section aria-labelledby="${id}"><h2 id="${id}">What ${id} did wrong</h2><dl class="faults">${items.join('')}</dl></section>`
    })
    .join('\n')
}

const meaning = `<section aria-labelledby="meaning"><h2 id="meaning">What the words mean here</h2>${table(
  'What the words mean',
  ['word', 'meaning'],
  [
    ['silent', 'a part, or nothing at all, was taken for the whole answer, without an error'],
    ['garbled', 'what was given out is no beginning of what was sent'],
    ['hangs', 'it was still at it when no time-out, back-off or retry had a reason to be'],
    ['too soon', 'it sent again before it was told to, or without any back-off'],
    ['N sends', 'it sent again what cannot succeed'],
    ['error (✗)', 'it gave up on an answer that was there to be had'],
    ['stays', 'it was told to stop, and left its connection open'],
    ['crash', 'its process ended'],
  ],
)}</section>`
