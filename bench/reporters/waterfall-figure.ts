/** Single requests from due to end: what each waited for. */
import type { Pick } from '../picks.ts'
import type { Summary } from '../summary.ts'
import { figure } from './figure.ts'
import { ms, number, table } from './markup.ts'
import { linearScale } from './plot.ts'

const width = 1100
const left = 190
const right = 20
const rowHeight = 30
const top = 8
const barHeight = 14

export function waterfallFigure({ requests }: Summary): string {
  if (requests.length === 0) return '<p class="none">None has settled.</p>'
  const longest = Math.max(...requests.map(({ lagMs, lastedMs }) => (lagMs ?? 0) + lastedMs), 1)
  const x = linearScale(0, longest, left, width - right, 8)
  const base = top + requests.length * rowHeight
  const grid = x.ticks.map(
    value =>
      `<line class="grid" x1="${px(x.at(value))}" x2="${px(x.at(value))}" y1="${top}" y2="${base}"/><text class="tick" x="${px(x.at(value))}" y="${base + 18}" text-anchor="middle">${value}</text>`,
  )
  const rows = requests.map((pick, i) => row(pick, top + i * rowHeight, x.at))
  const about = requests.map(pick => `${nameOf(pick)}: ${ms(pick.lastedMs)} ms`).join('; ')
  const picture = `<div class="scroll"><svg class="waterfall" viewBox="0 0 ${width} ${base + 38}" role="img" aria-labelledby="waterfall-about"><desc id="waterfall-about">From due to end of single requests. ${about}.</desc>
${grid.join('')}${rows.join('')}<text class="unit" x="${width - right}" y="${base + 34}" text-anchor="end">ms since it was due</text></svg></div>`
  const cells = requests.map(pick => [
    nameOf(pick),
    pick.outcome,
    `${pick.atSeconds.toFixed(2)} s`,
    ms(pick.lagMs),
    number(pick.givenUp.length + 1),
    ms(pick.ttfbMs),
    ms(pick.ttftMs),
    ms(pick.gapsMs.length > 0 ? Math.max(...pick.gapsMs) : null),
    ms(pick.lastedMs),
    pick.requestId ?? '–',
  ])
  const head = [
    'request',
    'outcome',
    'sent',
    'lag',
    'tries',
    'TTFB',
    'TTFT',
    'longest gap',
    'lasted',
  ]
  const keys = [
    ['wait', 'late, or between tries'],
    ['tried', 'a try given up'],
    ['head', 'to the first byte'],
    ['think', 'to the first token'],
    ['flow', 'streaming'],
    ['gone', 'failed or cut'],
  ]
    .map(
      ([kind, words]) => `<span class="key-of"><span class="swatch ${kind}"></span>${words}</span>`,
    )
    .join(' ')
  return figure(
    `What they waited for <small>${keys}</small>`,
    picture,
    table('Single requests, times in ms', [...head, 'id'], cells),
  )
}

function nameOf({ why, index }: Pick): string {
  return `${why} #${index}`
}

function row(pick: Pick, y: number, x: (ms: number) => number): string {
  const { lagMs, givenUp, ttfbMs, ttftMs, gapsMs, lastedMs, outcome } = pick
  const parts: string[] = []
  let atMs = 0
  const part = (kind: string, untilMs: number, words: string) => {
    if (untilMs > atMs) {
      const title = `${words}: ${ms(untilMs - atMs)} ms`
      parts.push(
        `<rect class="${kind}" x="${px(x(atMs))}" y="${y + 8}" width="${px(Math.max(0.8, x(untilMs) - x(atMs)))}" height="${barHeight}"><title>${title}</title></rect>`,
      )
    }
    atMs = Math.max(atMs, untilMs)
  }
  part('wait', lagMs ?? 0, 'late')
  for (const tried of givenUp) {
    part('tried', atMs + tried.lastedMs, `given up, ${tried.outcome}`)
    part('wait', atMs + tried.waitedMs, 'waited')
  }
  const sentMs = atMs
  const endMs = (lagMs ?? 0) + lastedMs
  if (ttfbMs !== null) part('head', Math.min(endMs, sentMs + ttfbMs), 'to the first byte')
  if (ttftMs !== null) part('think', Math.min(endMs, sentMs + ttftMs), 'to the first token')
  const marks: string[] = []
  if (ttftMs !== null) {
    let chunkMs = sentMs + ttftMs
    for (const gapMs of [0, ...gapsMs]) {
      chunkMs += gapMs
      marks.push(`M${px(x(chunkMs))} ${y + 8}v${barHeight}`)
    }
    part('flow', Math.min(endMs, chunkMs), 'streaming')
  }
  const isBad = outcome !== 'ok' && outcome !== 'open'
  part(isBad ? 'gone' : 'flow', endMs, isBad ? outcome : 'to the last byte')
  if (isBad)
    parts.push(
      `<rect class="gone" x="${px(x(endMs) - 2)}" y="${y + 5}" width="4" height="${barHeight + 6}"/>`,
    )
  const after = outcome === 'ok' ? ms(lastedMs) : `${ms(lastedMs)} · ${outcome}`
  const isFull = x(endMs) > width - 200
  const [at, anchor] = isFull ? [x(endMs) - 4, 'end'] : [x(endMs) + 6, 'start']
  return `<text class="row" x="${left - 12}" y="${y + 19}" text-anchor="end">${nameOf(pick)}</text>${parts.join('')}<path class="chunks" d="${marks.join('')}"/><text class="mark-name" x="${px(at)}" y="${isFull ? y + 6 : y + 19}" text-anchor="${anchor}">${after}</text>`
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}
