import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { bodiesOf, requestsOf, workOf } from '../../../helpers/bench-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-scenarios-'))
afterAll(() => rmSync(folder, { recursive: true }))

function scenarios(text: string): string {
  const path = join(folder, 'mix.yaml')
  writeFileSync(path, text)
  return path
}

it('are drawn by their weights, each with its own endpoint, model, headers and fields', async () => {
  const work = await workOf(
    {
      header: ['x-run: 1', 'x-team: none'],
      body: { user: 'u' },
      apiKey: 'k',
      scenarios: scenarios(`
scenarios:
  - name: chat
    weight: 3
    model: gpt-4.1
    outputTokens: 8
    headers: {X-Team: a}
    body: {temperature: 0}
  - name: vectors
    weight: 0.5
    endpoint: embeddings
    prompt: [one, two]
  - name: claude
    endpoint: messages
`),
    },
    { seed: 'b' },
  )
  expect(work.headers).toMatchObject({ 'x-run': '1', 'content-type': 'application/json' })
  expect(work.headers).not.toHaveProperty('authorization')
  expect(
    work.scenarios.map(({ name, weight, endpoint, model, outputTokens }) => [
      name,
      weight,
      endpoint,
      model,
      outputTokens,
    ]),
  ).toEqual([
    ['chat', 3, 'chat', 'gpt-4.1', '8'],
    ['vectors', 0.5, 'embeddings', 'text-embedding-3-small', undefined],
    ['claude', 1, 'messages', 'claude-sonnet-4-5', undefined],
  ])
  expect(work.prompts).toBe(2)
  const all = requestsOf(work, 4500)
  const of = (name: string) => all.filter(({ scenario }) => scenario === name)
  // Five standard deviations.
  expect(Math.abs(of('chat').length - 3000)).toBeLessThan(160)
  expect(Math.abs(of('vectors').length - 500)).toBeLessThan(110)
  expect(Math.abs(of('claude').length - 1000)).toBeLessThan(140)
  const [chat, vectors, claude] = ['chat', 'vectors', 'claude'].map(name => of(name)[0]!)
  expect(chat!.headers).toEqual({
    accept: 'text/event-stream',
    authorization: 'Bearer k',
    'x-team': 'a',
    'x-tokadence-tokens': '8',
  })
  expect(claude!.headers).toMatchObject({ 'x-api-key': 'k', 'x-team': 'none' })
  expect(JSON.parse(chat!.body)).toMatchObject({ temperature: 0, user: 'u', max_tokens: 8 })
  expect(JSON.parse(vectors!.body).input).toMatch(/^(one|two)$/)
})

it('take the rest from the run, but not a second way to give prompts', async () => {
  const work = await workOf({
    prompt: ['from the run'],
    maxTokens: 5,
    scenarios: scenarios(`
- name: same
- name: own
  inputTokens: 30
  outputTokens: 7
`),
  })
  const all = bodiesOf(work, 60)
  const same = all.filter(body => body.messages[0].content === 'from the run')
  expect(same.length).toBeGreaterThan(10)
  expect(new Set(same.map(body => body.max_tokens))).toEqual(new Set([5]))
  const own = all.filter(body => body.messages[0].content !== 'from the run')
  expect(own.length).toBeGreaterThan(10)
  expect(new Set(own.map(body => body.max_tokens))).toEqual(new Set([7]))
})

it('name files beside them', async () => {
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'data', 'a.jsonl'), '{"prompt":"from a file"}\n')
  const work = await workOf({ scenarios: scenarios('- {name: a, dataset: data/*.jsonl}') })
  expect(bodiesOf(work, 1)[0].messages[0].content).toBe('from a file')
})

it.each([
  ['- name: a\n  wieght: 3', /mix.yaml:2:3: there is no option wieght: did you mean weight/],
  ['- name: a\n  weight: 0', /mix.yaml:2:3: 0 is not allowed; write a number above 0/],
  ['- name: a b', /mix.yaml:1:3: "a b" is not allowed; write a name of letters/],
  ['- weight: 2', /mix.yaml:1:3: a scenario needs a name/],
  ['- name: a\n- name: a', /mix.yaml:2:3: there is another scenario named a/],
  ['- name: a\n  endpoint: chats', /mix.yaml:2:3: "chats" is not allowed; choose one of chat/],
  [
    '- name: a\n  endpoint: embeddings\n  maxTokens: 3',
    /mix.yaml:3:3: 3 is not allowed; answers of/,
  ],
  ['- name: a\n  dataset: none.jsonl', /mix.yaml:2:3: .*none.jsonl.*cannot be read \(ENOENT\)/],
  [
    '- name: a\n  headers: {"a b": c}',
    /mix.yaml:2:3: an object is not allowed; write "Name: value"/,
  ],
  ['- name: a\n  body: [1]', /mix.yaml:2:3: .*write a JSON object/],
  ['- just words', /mix.yaml:1:3: write a mapping/],
  ['scenarios: 3', /mix.yaml:1:12: write a list of 1 to 64 scenarios/],
  ['[]', /mix.yaml:1:1: write a list/],
  ['a: [', /mix.yaml:1:/],
])('says where it is wrong: %j', async (text, why) => {
  await expect(workOf({ scenarios: scenarios(text) })).rejects.toThrow(why)
})

it('says of an option of the run in which scenario it does not fit', async () => {
  const given = { maxTokens: 5, scenarios: scenarios('- {name: vec, endpoint: embeddings}') }
  await expect(workOf(given)).rejects.toThrow(/scenario vec, maxTokens: 5 is not allowed/)
})

it('says that the file cannot be read', async () => {
  await expect(workOf({ scenarios: '/none.yaml' })).rejects.toThrow(/scenarios: .*ENOENT/)
})
