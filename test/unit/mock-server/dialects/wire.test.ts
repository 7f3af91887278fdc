/** Every dialect's chunks and completions, key by key: `wire/NAME.txt` is what goes out for the replies below. */
import { expect, test } from 'vitest'
import { chatStreamIn } from '../../../../mock-server/dialects/chat-stream.ts'
import type { Dialect } from '../../../../mock-server/dialects/dialect.ts'
import { completionIn } from '../../../../mock-server/dialects/in-dialect.ts'
import { dialectNames, loadDialect } from '../../../../mock-server/dialects/index.ts'
import { chunksOf, completionOf, factsOf, type Reply } from './openai-reply.ts'

const replies: Readonly<Record<string, Reply>> = {
  'text; usage is not asked for': { content: ['Hel', 'lo'] },
  'reasoning, text, two calls; usage is asked for': {
    reasoning: ['Hm', 'm'],
    content: ['Well'],
    calls: [
      ['look', ['{"a"', ':1}']],
      ['wait', ['{}']],
    ],
    includeUsage: true,
  },
}

/** The chunks and the completion of each reply, a line each. */
function wireOf({ chat = {} }: Dialect): string {
  const paragraphs = Object.entries(replies).map(([title, { reasoning, ...rest }]) => {
    // What does not show reasoning is not given any.
    const reply = chat.showsReasoning && reasoning ? { ...rest, reasoning } : rest
    const facts = factsOf(reply)
    const say = chatStreamIn(chat, facts)
    const chunks = chunksOf(reply).flatMap(([chunk, place]) => say(chunk, place))
    const said = [...chunks, completionIn(chat, completionOf(reply), facts)]
    return [`# ${title}`, ...said.map(object => JSON.stringify(object)), ''].join('\n')
  })
  return paragraphs.join('\n')
}

test.each(dialectNames)('%s is these bytes', async name => {
  await expect(wireOf(await loadDialect(name))).toMatchFileSnapshot(`wire/${name}.txt`)
})

test.each(['lmstudio', 'open-responses'] as const)('%s chats as OpenAI does', async name => {
  expect(wireOf(await loadDialect(name))).toBe(wireOf({}))
})
