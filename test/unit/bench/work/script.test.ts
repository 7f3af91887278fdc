import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { OptionError } from '../../../../base/option-error.ts'
import { sampleOf } from '../../../helpers/bench-sample.ts'
import { bodiesOf, requestsOf, workOf } from '../../../helpers/bench-work.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokadence-script-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
/** A file of its own each time, for modules are loaded once. */
function script(text: string, extension = 'mjs'): string {
  const path = join(folder, `s${files++}.${extension}`)
  writeFileSync(path, text)
  return path
}

describe('next', () => {
  it('gives a prompt, or parts of a request; the rest is as the options have it', async () => {
    const path = script(`export function next({ index, random, hint }) {
      if (index === 0) return 'only words'
      if (index === 1) return { messages: [{ role: 'user', content: 'm' }], maxTokens: 3, headers: { 'X-A': 'b' } }
      if (index === 2) return { body: { temperature: 1 }, model: 'other' }
      if (index === 3) return { body: { messages: [], n: 2 }, path: '/elsewhere' }
      if (index === 4) return { inputTokens: 30, outputTokens: 4 }
      if (index === 5) return { prompt: JSON.stringify(hint) + random.integer(1) }
    }`)
    const work = await workOf({ script: path, maxTokens: 9 })
    const [words, parts, fields, whole, lengths] = requestsOf(work, 5)
    const read = (request = words) => JSON.parse(request!.body)
    expect(read(words)).toMatchObject({
      messages: [{ role: 'user', content: 'only words' }],
      max_tokens: 9,
      stream: true,
    })
    expect(read(parts)).toMatchObject({ messages: [{ content: 'm' }], max_tokens: 3 })
    expect(parts!.headers).toEqual({ 'x-a': 'b' })
    expect(read(fields)).toMatchObject({ temperature: 1, model: 'other' })
    expect(read(fields).messages[0].content.split(' ').length).toBeGreaterThan(20)
    expect(whole!.path).toBe('/elsewhere')
    expect(read(whole)).toMatchObject({ messages: [], n: 2, model: 'gpt-4o-mini', stream: true })
    expect(read(lengths).messages[0].content.split(' ')).toHaveLength(23)
    expect(lengths!.headers).toEqual({ 'x-tokadence-tokens': '4' })
    const hinted = read(work.next({ inputTokens: 5, outputTokens: 6 }))
    expect(hinted).toMatchObject({
      messages: [{ content: '{"inputTokens":5,"outputTokens":6}0' }],
      max_tokens: 6,
    })
    expect(read(work.next()).messages[0].content.split(' ').length).toBeGreaterThan(20)
  })

  it('draws the same in every run with the same seed', async () => {
    const path = script('export const next = ({ random }) => String(random.next())')
    const drawn = async (seed: string) =>
      bodiesOf(await workOf({ script: path }, { seed }), 3).map(
        ({ messages }) => messages[0].content,
      )
    expect(await drawn('a')).toEqual(await drawn('a'))
    expect(await drawn('a')).not.toEqual(await drawn('b'))
    expect(new Set(await drawn('a')).size).toBe(3)
  })

  it.each([
    ["throw new Error('no more')", /request 1: no more/],
    ['return 3', /request 1: it must return a text, an object or undefined/],
    ['return Promise.resolve({})', /request 1: it must not be async/],
    ['return { promt: 1 }', /request 1: promt is no part of a request; these are: prompt/],
    ['return { maxTokens: 0 }', /request 1: maxTokens must be a whole number/],
    ['return { path: "x" }', /request 1: path must begin with a slash/],
    ['return { headers: { a: "b\\n" + "c: d" } }', /request 1: a is no header that may be sent/],
  ])('that fails is told, and what it gave before stands in: %s', async (line, why) => {
    const path = script(
      `export const next = ({ index }) => { if (index === 0) return 'fine'; ${line} }`,
    )
    const errors: OptionError[] = []
    const work = await workOf({ script: path }, { onBroken: error => errors.push(error) })
    const [first, second] = requestsOf(work, 2)
    expect(second).toBe(first)
    expect(errors).toHaveLength(1)
    expect(errors[0]!.message).toMatch(why)
    expect(errors[0]!.option).toBe('script')
  })

  it('that fails at once leaves a request as the options have it', async () => {
    const errors: OptionError[] = []
    const path = script('export const next = () => { throw new Error("never") }')
    const work = await workOf(
      { script: path, prompt: ['usual'] },
      { onBroken: e => errors.push(e) },
    )
    expect(bodiesOf(work, 1)[0].messages[0].content).toBe('usual')
    expect(errors[0]!.message).toMatch(/request 0: never/)
  })
})

describe('check', () => {
  const checked = async (text: string) =>
    (await workOf({ script: script(text), prompt: ['p'] })).next().check?.(sampleOf({}), 'answer')

  it.each([
    ['export const check = () => undefined', undefined],
    ['export const check = () => true', undefined],
    ['export const check = () => false', 'the script says no'],
    ['export const check = (sample, text) => text + " " + sample.outcome', 'answer ok'],
    ['export const check = () => { throw new Error("broken") }', 'it threw: broken'],
    ['export const next = () => "x"', undefined],
  ])('%s', async (text, verdict) => {
    expect(await checked(text)).toBe(verdict)
  })
})

describe('loading', () => {
  it('takes TypeScript and CommonJS too', async () => {
    const typed = script(
      'export const next = ({ index }: { index: number }): string => "n" + (index as number)',
      'ts',
    )
    expect(bodiesOf(await workOf({ script: typed }), 1)[0].messages[0].content).toBe('n0')
    const common = script('exports.next = () => "common"', 'cjs')
    expect(bodiesOf(await workOf({ script: common }), 1)[0].messages[0].content).toBe('common')
  })

  it.each([
    ['export const nxt = 1', /it must export a function next, or check, or both/],
    ['export const next = 1', /it must export a function next/],
    ['export const next = (', /it cannot be loaded: /],
    ['throw new Error("at the top")', /it cannot be loaded: at the top/],
  ])('refuses %s', async (text, why) => {
    await expect(workOf({ script: script(text) })).rejects.toThrow(why)
  })

  it('says of a file that is not there', async () => {
    await expect(workOf({ script: '/none.mjs' })).rejects.toThrow(/cannot be loaded: .*none.mjs/)
  })
})
