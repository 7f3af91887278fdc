/** The score card as Markdown, for a README or a pull request. */
import { markdownTable, markdownText } from '../../reporters/markdown-table.ts'
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
    markdownTable(['client', 'version', 'right'], scores),
    ...skipped.map(({ name, why }) => `Skipped: ${name}, ${markdownText(why)}.`),
    '## Trials',
    markdownTable(['trial', 'the server', 'right is', ...clients.map(({ name }) => name)], trials),
    ...wrongs(card).flatMap(({ client, faults }) => [
      `## What ${client.name} did wrong`,
      faults
        .map(({ trial, does, why }) => `- \`${trial}\`: the server ${does}. ${markdownText(why)}`)
        .join('\n'),
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}
