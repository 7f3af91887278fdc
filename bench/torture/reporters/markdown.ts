/** The score card as Markdown, for a README or a pull request. */
import type { Card } from '../card.ts'
import { leadOf, markOf, scoreWords, wrongs } from './words.ts'

export function formatMarkdown(card: Card): string {
  const { clients, rows, skipped } = card
  const scores = clients.map(client => [client.name, client.version, scoreWords(client)])
  const trials = rows.map(({ name, does, right, results }) => [
    `\`${name}\``,
    does,
    right,
    ...clients.map(client => {
      const result = results[client.name]
      return result ? markOf(result) : '–'
    }),
  ])
  const parts = [
    '# Torture',
    leadOf(card),
    table(['client', 'version', 'right'], scores),
    ...skipped.map(({ name, why }) => `Skipped: ${name}, ${cell(why)}.`),
    '## Trials',
    table(['trial', 'the server', 'right is', ...clients.map(({ name }) => name)], trials),
    ...wrongs(card).flatMap(({ client, faults }) => [
      `## What ${client.name} did wrong`,
      faults
        .map(({ trial, does, why }) => `- \`${trial}\`: the server ${does}. ${cell(why)}`)
        .join('\n'),
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** Errors quote what servers send: none of it is markup here. */
function cell(text: string): string {
  return text
    .replaceAll(/[\\|<>*_[\]]/g, sign => (sign === '_' ? sign : `\\${sign}`))
    .replaceAll(/\s+/g, ' ')
}
