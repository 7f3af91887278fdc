/** What of a work may be said in several turns, and by whom. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, it } from 'vitest'
import { readOptions } from '../../../../base/option-table.ts'
import { createRandom } from '../../../../base/random.ts'
import { workOptions } from '../../../../bench/options/work.ts'
import { createWork } from '../../../../bench/work/work.ts'
import { workOf } from '../../../helpers/bench-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-sessions-'))
afterAll(() => rmSync(folder, { recursive: true }))
function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const human = (value: string) => ({ from: 'human', value })
const short = file('short.jsonl', JSON.stringify({ conversations: [human('one')] }))
const long = file('long.jsonl', JSON.stringify({ conversations: [human('one'), human('two')] }))
const body = file('body.jsonl', JSON.stringify({ body: { messages: [] } }))
const script = file('script.mjs', "export const next = () => 'as the script says'\n")
const mix = file(
  'mix.yaml',
  'scenarios:\n  - { name: talk, weight: 1, turns: 2 }\n  - { name: list, weight: 1, endpoint: embeddings }\n',
)

it.each([
  [{}, false],
  [{ turns: 2 }, true],
  [{ dataset: [short] }, false],
  [{ dataset: [long] }, true],
  [{ dataset: [long], endpoint: 'completions' }, false],
  [{ dataset: [body] }, false],
  [{ dataset: [long], script }, false],
  [{ scenarios: mix }, true],
] as const)('%j has talks: %j', async (options, hasTalks) => {
  expect((await workOf(options)).hasTalks).toBe(hasTalks)
})

it.each([
  [{ turns: 2, script }, 'turns: "2" is not allowed; the script says what each request is'],
  [{ turns: 2, dataset: [body] }, 'turns: "2" is not allowed; whole request bodies have no turns'],
] as const)('%j is refused', async (options, words) => {
  await expect(workOf(options)).rejects.toThrow(words)
})

it('what a script or a whole body says is a session of one turn', async () => {
  for (const options of [{ script }, { dataset: [body] }]) {
    const talk = (await workOf(options)).conversation()
    const request = talk.next()
    expect(request?.place).toEqual({ session: 0, turn: 1, turns: 1 })
    expect(talk.next()).toBe(undefined)
  }
  const [said] = JSON.parse((await workOf({ script })).conversation().next()!.body).messages
  expect(said.content).toBe('as the script says')
})

it('sessions are drawn by weight, those of one turn too', async () => {
  const work = await workOf({ scenarios: mix })
  const drawn = Array.from({ length: 1000 }, () => work.conversation().next()!)
  const share = drawn.filter(({ scenario }) => scenario === 'list').length / drawn.length
  // Within five standard deviations.
  expect(Math.abs(share - 0.5)).toBeLessThan(0.08)
  for (const { scenario, place } of drawn) expect(place!.turns).toBe(scenario === 'talk' ? 2 : 1)
})

it('sessions are counted as they begin, or as they are told to be', async () => {
  const work = await workOf({ turns: 2 })
  const [first, second] = [work.conversation(), work.conversation()]
  expect(second.next()?.place).toEqual({ session: 0, turn: 1, turns: 2 })
  expect(first.next()?.place).toEqual({ session: 1, turn: 1, turns: 2 })
  expect(second.next()?.place).toEqual({ session: 0, turn: 2, turns: 2 })
  const third = await createWork(readOptions(workOptions, {}, 'test'), {
    query: '',
    random: createRandom('a'),
    stdin: Readable.from([]),
    sessionNumber: count => count * 3 + 2,
    onBroken() {},
  })
  const numbers = [0, 1].map(() => third.conversation().next()?.place?.session)
  expect(numbers).toEqual([2, 5])
})
