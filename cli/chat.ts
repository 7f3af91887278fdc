/** `tokadence chat PROMPT`: one completion as it streams, and what it took. */
import { text as readAll } from 'node:stream/consumers'
import { styleText } from 'node:util'
import { flag, integer, text } from '../base/option-table.ts'
import { clientOptions } from '../client/options.ts'
import { exitCodeOf, failureLine, retryLine, sumLine } from './call-lines.ts'
import { defineCommand } from './command.ts'

export const command = defineCommand({
  name: 'chat',
  summary: 'streams one completion, then says its TTFT, tokens, cost and attempts',
  words: { label: 'PROMPT', help: 'what to ask; - reads it from standard input', required: true },
  options: {
    ...clientOptions,
    system: text({ help: 'A system message to stand before the prompt.' }),
    maxTokens: integer(1, 1_000_000, { help: 'The most output tokens.' }),
    json: flag({ help: 'Print the whole result as JSON instead of the text.' }),
  },

  async run({ options, words, signal, stdin, stdout, stderr }) {
    const { clientOf } = await import('../client/index.ts')
    const { system, maxTokens, json, url } = options
    const asked = words.join(' ')
    const prompt = asked === '-' ? await readAll(stdin) : asked
    const messages = [
      ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
      { role: 'user', content: prompt } as const,
    ]
    const aside = (line: string) => stderr.write(`${styleText('dim', line, { stream: stderr })}\n`)

    await using client = clientOf(options)
    const stream = client.stream({ messages, maxTokens }, { signal })
    let isInLine = false
    for await (const frame of stream) {
      if (frame.kind === 'end') break // the result tells how, and what broke off
      if (frame.kind === 'retry') aside(retryLine(frame))
      if (json || (frame.kind !== 'content' && frame.kind !== 'refusal')) continue
      stdout.write(frame.text)
      isInLine = !frame.text.endsWith('\n')
    }

    const result = await stream.result
    if (json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    if (isInLine) stdout.write('\n')
    if (result.failure) stderr.write(`${failureLine(result, url)}\n`)
    if (!json && result.usage) aside(sumLine(result))
    return exitCodeOf(result.failure)
  },
})
