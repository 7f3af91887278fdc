import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { createReservoir } from '../../../../bench/work/reservoir.ts'
import { bodiesOf, workOf } from '../../../helpers/bench-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-work-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const jsonl = (name: string, ...lines: readonly unknown[]) =>
  file(name, lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))

async function texts(options: Parameters<typeof workOf>[0], stdin = ''): Promise<Set<string>> {
  const work = await workOf(options, { stdin })
  return new Set(bodiesOf(work, 30).map(({ messages }) => messages[0].content))
}

describe('prompts from files', () => {
  it('are a file each, by name and by pattern', async () => {
    file('a.txt', '\ufeffFirst line\nsecond line\n')
    file('b.txt', 'Größe\n')
    file('c.md', 'other')
    const found = await texts({ promptFile: [join(folder, '{a,b}.txt')], prompt: ['here'] })
    expect(found).toEqual(new Set(['First line\nsecond line', 'Größe', 'here']))
  })

  it('or a line each, without ends and empty ones', async () => {
    const path = file('lines.list', 'one\r\n\n  \ntwo\nthree')
    expect(await texts({ promptLines: [path] })).toEqual(new Set(['one', 'two', 'three']))
  })

  it('or from standard input', async () => {
    expect(await texts({ promptLines: ['-'] }, 'x\ny\n')).toEqual(new Set(['x', 'y']))
    expect(await texts({ promptFile: ['-'] }, 'x\ny\n')).toEqual(new Set(['x\ny']))
    await expect(workOf({ promptLines: ['-'], dataset: ['-'] })).rejects.toThrow(/once only/)
  })

  it('say what is wrong', async () => {
    await expect(workOf({ promptFile: [join(folder, 'no.txt')] })).rejects.toThrow(
      /promptFile: .*no.txt.*cannot be read \(ENOENT\)/,
    )
    await expect(workOf({ promptFile: [join(folder, '*.none')] })).rejects.toThrow(/promptFile: /)
    await expect(workOf({ promptFile: [folder] })).rejects.toThrow(/cannot be read \(EISDIR\)/)
    await expect(workOf({ promptFile: [file('empty.txt', ' \n')] })).rejects.toThrow(/is empty/)
    await expect(workOf({ promptLines: [file('none.txt', '\n')] })).rejects.toThrow(/no prompt/)
    await expect(workOf({ promptLines: ['-'] })).rejects.toThrow(/no prompt/)
  })
})

describe('data sets', () => {
  it('have prompts, messages, talks, batch lines and whole bodies', async () => {
    const path = jsonl(
      'all.jsonl',
      { id: 1, prompt: 'a prompt' },
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'in messages' },
        ],
      },
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'in a talk' },
          { from: 'gpt', value: 'yes?' },
          { from: 'human', value: 'not yet' },
        ],
      },
      { custom_id: 'b', method: 'POST', body: { messages: [{ role: 'user', content: 'batch' }] } },
      {
        model: 'own',
        messages: [{ role: 'user', content: 'whole' }],
        stream: false,
        max_tokens: 3,
        top_p: 1,
      },
    )
    const bodies = bodiesOf(await workOf({ dataset: [path], body: { user: 'u' } }), 5)
    const withText = (text: string) => bodies.find(body => JSON.stringify(body).includes(text))
    expect(withText('a prompt').messages).toEqual([{ role: 'user', content: 'a prompt' }])
    expect(withText('in messages').messages).toHaveLength(2)
    expect(withText('in a talk').messages).toEqual([
      { role: 'system', content: 's' },
      { role: 'user', content: 'in a talk' },
    ])
    expect(withText('batch')).toMatchObject({ model: 'gpt-4o-mini', stream: true, user: 'u' })
    expect(withText('whole')).toEqual({
      model: 'own',
      messages: [{ role: 'user', content: 'whole' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 3,
      top_p: 1,
      user: 'u',
    })
  })

  it('a whole body’s own limit gives way to a drawn one, and is said once', async () => {
    const path = jsonl('limit.jsonl', { model: 'o3', messages: [], max_completion_tokens: 3 })
    const work = await workOf({ dataset: [path], outputTokens: 8, model: 'o3' })
    const { body } = work.next()
    expect(body.match(/max_completion_tokens/g)).toHaveLength(1)
    expect(JSON.parse(body).max_completion_tokens).toBe(8)
  })

  it('messages go to other endpoints in their shape', async () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: [{ type: 'text', text: 'u' }] },
    ]
    const dataset = [jsonl('shape.jsonl', { messages })]
    const [claude] = bodiesOf(await workOf({ dataset, endpoint: 'messages' }), 1)
    expect(claude).toMatchObject({ system: 's', messages: messages.slice(1) })
    expect(bodiesOf(await workOf({ dataset, endpoint: 'responses' }), 1)[0].input).toEqual(messages)
    expect(bodiesOf(await workOf({ dataset, endpoint: 'embeddings' }), 1)[0].input).toBe('s\n\nu')
  })

  it.each([
    ['{"prompt": "a"', /bad.jsonl:2: it is no JSON/],
    ['[1]', /bad.jsonl:2: write an object with prompt, messages/],
    [{ text: 'x', id: 3 }, /bad.jsonl:2: it has text, id; write prompt/],
    [{ prompt: '' }, /bad.jsonl:2: its prompt must be a text/],
    [{ messages: [] }, /bad.jsonl:2: its messages must be a list/],
    [{ messages: [{ content: 'x' }] }, /bad.jsonl:2: its messages.0 needs a role/],
    [{ conversations: [{ from: 'alien', value: 'x' }] }, /:2: its conversations.0 needs from/],
    [{ conversations: [{ from: 'gpt', value: 'x' }] }, /:2: nothing in its conversations is from/],
  ])('a wrong line is named: %j', async (line, why) => {
    const dataset = [jsonl('bad.jsonl', { prompt: 'fine' }, line)]
    await expect(workOf({ dataset })).rejects.toThrow(why)
  })

  it('a line without an end is refused at a bound, by its number', async () => {
    const path = file(
      'long.jsonl',
      Buffer.concat([Buffer.from('{"prompt":"a"}\n'), Buffer.alloc(17 * 2 ** 20, 'x')]),
    )
    await expect(workOf({ dataset: [path] })).rejects.toThrow(/long.jsonl:2: .*16777216 characters/)
  })

  it('of more lines than are kept each has the same chance', () => {
    const kept: number[] = []
    const reservoir = createReservoir(2000, createRandom('kept'))
    for (let i = 0; i < 3000; i++) {
      const place = reservoir.place()
      if (place !== undefined) kept[place] = i
    }
    expect(reservoir.seen).toBe(3000)
    expect(kept).toHaveLength(2000)
    expect(new Set(kept).size).toBe(2000)
    // A third, give or take five standard deviations.
    expect(Math.abs(kept.filter(i => i >= 2000).length - 2000 / 3)).toBeLessThan(75)
  })
})
