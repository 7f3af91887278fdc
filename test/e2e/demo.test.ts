/** `tokadence demo`, once, as a process of its own: what it shows, and that nothing of it is left. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDuration } from '../../base/duration.ts'
import { listeningInodes, processesWith } from '../helpers/leftovers.ts'
import { startProgram } from '../helpers/program.ts'

const isLinux = process.platform === 'linux'
const mark = randomUUID()
let folder: string
let code: number | null
let tookMs: number
let stdout = ''
let stderr = ''
/** When each piece of the chat's answer came. */
const chatPiecesAtMs: number[] = []
const listenedOn = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokadence-demo-'))
  const startedAtMs = performance.now()
  await using demo = startProgram(['demo', '--html', 'report.html'], {
    cwd: folder,
    env: { DEMO_TEST: mark },
  })
  demo.process.stdout?.on('data', () => {
    const isChat = demo.stdout.includes('\n> ') && !demo.stdout.includes('\n2 · ')
    if (isChat) chatPiecesAtMs.push(performance.now())
  })
  const watch = setInterval(() => {
    for (const inode of listeningInodes(demo.process.pid!)) listenedOn.add(inode)
  }, 1000)
  code = await demo.exit
  clearInterval(watch)
  tookMs = performance.now() - startedAtMs
  ;({ stdout, stderr } = demo)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** The text of one of the four acts, without its title. */
function act(number: 1 | 2 | 3 | 4): string {
  const [, text = ''] = stdout.split(new RegExp(`^${number} · .*\n`, 'm'))
  return text.split(/^\d · /m)[0]!
}

/** All matches, as numbers. */
function numbersIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(([, digits = '']) => Number(digits.replaceAll(',', '')))
}

const titles = () => [...stdout.matchAll(/^(\d) · /gm)].map(([, number]) => number)

test('the demo shows its four acts and ends well in under a minute', () => {
  expect(code, stderr).toBe(0)
  expect(titles()).toEqual(['1', '2', '3', '4'])
  expect(stdout).toMatch(/\nDone in \d+ s\. The report: file:\/\/\/.*report\.html\n$/)
  expect(tookMs).toBeLessThan(60_000)
})

test('a chat streams word by word, then says its TTFT and cost', () => {
  const [question, answer = ''] = act(1).trim().split('\n')
  expect(question).toMatch(/^> Why .*\?$/)
  expect(answer.split(' ').length).toBeGreaterThan(30)
  // 64 tokens of 18 ms; a busy machine reads several at once.
  expect(chatPiecesAtMs.length).toBeGreaterThan(4)
  expect(chatPiecesAtMs.at(-1)! - chatPiecesAtMs[0]!).toBeGreaterThan(300)

  const sum =
    /^TTFT (.+?) · (.+?) in all · (\d+) in, 64 out · [\d.]+ tokens\/s · \$([\d.]+) · 1 attempt$/m.exec(
      stderr,
    )
  const [, ttft = '', total = '', inputTokens, dollars] = sum ?? []
  expect(milliseconds(ttft)).toBeGreaterThan(50)
  expect(milliseconds(total)).toBeGreaterThan(milliseconds(ttft) + 300)
  expect(Number(dollars)).toBe(price(Number(inputTokens), 64))
})

test('seven documents are summarised in their order, each with its cost, and the total adds up', () => {
  const text = act(2)
  const heads = [...text.matchAll(/^(\d)\. (.+) \((?:.*\/)?(.+\.md)\)$/gm)]
  expect(heads.map(([, number]) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  const files = heads.map(([, , , file]) => file!)
  expect(files).toEqual([...files].sort())
  for (const [, , title = '', file] of heads) {
    expect(title.toLowerCase().replaceAll(/[ -]/g, '-')).toBe(file!.replace('.md', ''))
  }
  const sums = [...text.matchAll(/^ {3}([\d,]+) in, (\d+) out · \$([\d.]+) · [\d.]+ m?s$/gm)]
  const documents = sums.map(([, input = '', output, dollars]) => ({
    inputTokens: Number(input.replaceAll(',', '')),
    outputTokens: Number(output),
    dollars: Number(dollars),
  }))
  expect(documents).toHaveLength(7)
  for (const { inputTokens, outputTokens, dollars } of documents) {
    expect(inputTokens).toBeGreaterThan(500)
    expect(outputTokens).toBe(64)
    expect(dollars).toBe(price(inputTokens, outputTokens))
  }
  const inputTokens = documents.reduce((sum, document) => sum + document.inputTokens, 0)
  const total = /^7 summarised · 0 failed · ([\d,]+) in, 448 out · \$([\d.]+) · /m.exec(text)
  expect(numbersIn(total?.[0] ?? '', /([\d,]+) in/g)).toEqual([inputTokens])
  expect(Number(total?.[2])).toBe(price(inputTokens, 448))
})

test('the 429s of the batch are waited for as the server asks, and are all of its retries', () => {
  const [retries = 0] = numbersIn(act(2), /, (\d+) retries, \d+ × 429 · /g)
  expect(numbersIn(act(2), /(\d+) × 429 · /g)).toEqual([retries])
  expect(numbersIn(act(2), /(\d+) requests, /g)).toEqual([7 + retries])
  const waits = [
    ...stderr.matchAll(
      /^.*\.md: attempt \d+: 429 Rate limit reached .*; again in (.+) \(the server asked for it\)$/gm,
    ),
  ].map(([, wait = '']) => milliseconds(wait))
  expect(waits).toHaveLength(retries)
  expect(retries).toBeGreaterThan(0)
  expect(Math.min(...waits)).toBeGreaterThan(0)
})

test('streaming, the same text costs the same and begins much sooner', () => {
  const row = (label: string) => {
    const cells = new RegExp(`^${label} {2,}(\\S.*?) {2,}(\\S.*)$`, 'm').exec(act(3))
    return { blocking: cells?.[1] ?? '', streaming: cells?.[2] ?? '' }
  }
  const first = row('time to first text')
  const end = row('time to the end')
  const firstMs = milliseconds(first.streaming)
  expect(firstMs).toBeGreaterThan(50)
  expect(firstMs).toBeLessThan(milliseconds(first.blocking) * 0.6)
  // All of a blocking answer comes at its end.
  expect(milliseconds(first.blocking)).toBeGreaterThan(milliseconds(end.blocking) * 0.9)
  expect(milliseconds(end.streaming)).toBeGreaterThan(firstMs * 1.5)
  expect(row('cost').streaming).toMatch(/^\$0\.0000\d+$/)
  expect(row('cost').streaming).toBe(row('cost').blocking)
  expect(act(3)).toMatch(/^the same text; reading could begin [\d.]+ times sooner$/m)
})

test('the load run counts every request once, and measures the server that it was given', () => {
  const counts =
    /^requests +(\d+) sent = (\d+) ok \+ (\d+) failed \+ (\d+) cut \+ (\d+) open$/m.exec(act(4))
  const [sent = 0, ok = 0, failed, cut, open = 0] = counts?.slice(1).map(Number) ?? []
  expect(sent).toBe(ok + failed! + cut! + open)
  expect([failed, cut]).toEqual([0, 0])
  expect(ok).toBeGreaterThan(20)
  expect(open).toBeLessThanOrEqual(20) // connections

  const row = (name: string) => {
    const [samples, mean, p50] = new RegExp(`^${name} .*$`, 'm')
      .exec(act(4))![0]
      .split(/ +/)
      .slice(1)
    return { samples: Number(samples), mean: Number(mean), p50: Number(p50) }
  }
  expect(row('E2E').samples).toBe(ok)
  expect(row('TTFT').p50).toBeGreaterThan(200) // the profile's median is 350
  expect(row('TTFT').p50).toBeLessThan(1500)
  expect(row('ITL').p50).toBeGreaterThan(9) // 18
  expect(row('ITL').p50).toBeLessThan(100)
})

test('the report is where it was asked for, and holds the counts of the load run', async () => {
  const report = await readFile(join(folder, 'report.html'), 'utf8')
  expect(report).toContain('<h1>demo</h1>')
  const [sent] = numbersIn(act(4), /^requests +(\d+) sent/gm)
  expect(report.replaceAll('\u202f', '')).toContain(`<b>${sent} sent</b>`)
})

test.skipIf(!isLinux)('no process of it lives on, and no port is listened on', () => {
  expect(listenedOn.size).toBeGreaterThanOrEqual(2) // its two servers were seen
  expect(processesWith(mark)).toEqual([])
  const still = listeningInodes()
  expect([...listenedOn].filter(inode => still.has(inode))).toEqual([])
})

/** Of `345 ms` or `1.7 s`. */
function milliseconds(text: string): number {
  return parseDuration(text.replaceAll(' ', '')) ?? Number.NaN
}

/** What gpt-4o-mini costs, in dollars, to the three digits that are shown. */
function price(inputTokens: number, outputTokens: number): number {
  return Number(((inputTokens * 0.15 + outputTokens * 0.6) / 1e6).toPrecision(3))
}
