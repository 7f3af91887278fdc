/** The live page's charts: two minutes of samples as lines of an SVG. */
export const chartScript = String.raw`
const SAMPLES = 120
const box = { left: 46, right: 558, top: 8, bottom: 126 }

/** All text goes in as text: nothing that a server tells is ever read as HTML. */
function make(name, attributes, ...children) {
  const isSvg = ['svg', 'g', 'path', 'line', 'text'].includes(name)
  const node = isSvg
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name)
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === true) node.setAttribute(key, '')
    else if (value !== undefined && value !== false) node.setAttribute(key, value)
  }
  node.append(...children.filter(child => child !== undefined))
  return node
}

const find = id => document.getElementById(id)
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

function formatCount(value) {
  return value === undefined ? '–' : grouped.format(value)
}

function formatMs(ms) {
  if (ms === undefined || ms === null) return '–'
  if (ms >= 60000) return (ms / 60000).toFixed(1) + ' min'
  if (ms >= 9995) return (ms / 1000).toFixed(1) + ' s'
  if (ms >= 1000) return (ms / 1000).toFixed(2) + ' s'
  if (ms >= 99.5) return ms.toFixed(0) + ' ms'
  return ms.toFixed(ms >= 9.95 ? 1 : 2) + ' ms'
}

/** The value that a share of the counts lies at or below, ms; undefined without any. */
function quantile(edges, counts, share) {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let rest = total * share
  for (let i = 0; i < edges.length; i++) {
    if (rest <= counts[i]) {
      const from = i === 0 ? 0 : edges[i - 1]
      return (from + ((edges[i] - from) * rest) / counts[i]) * 1000
    }
    rest -= counts[i]
  }
  return edges[edges.length - 1] * 1000
}

/** The least of 1, 2, 2.5, 5 times a power of ten that is not below value. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(top => top >= value * 0.9999)
}

/** A chart of some keys of the samples. */
function createChart(id, { keys, format, least, words, isArea }) {
  const figure = find(id)
  const svg = figure.querySelector('svg')
  const title = figure.querySelector('figcaption span').textContent
  const [strong, more] = figure.querySelector('.figure').children
  let history = []
  let hovered

  const x = i => box.right - ((history.length - 1 - i) * (box.right - box.left)) / (SAMPLES - 1)

  function draw() {
    const values = history.flatMap(sample => keys.map(key => sample[key])).filter(v => v !== undefined)
    const top = roundUp(Math.max(least, ...values))
    const y = value => box.bottom - (value / top) * (box.bottom - box.top)
    const parts = [0, 0.5, 1].flatMap(share => [
      make('line', { class: 'grid', x1: box.left, x2: box.right, y1: y(top * share), y2: y(top * share) }),
      make('text', { class: 'tick', x: box.left - 8, y: y(top * share) + 4, 'text-anchor': 'end' }, share === 0 ? '0' : format(top * share).replace(/\.0+ /, ' ').replace(/(\.\d)0 /, '$1 ')),
    ])
    const ends = [[box.left, 'start', '2 min ago'], [(box.left + box.right) / 2, 'middle', '1 min'], [box.right, 'end', 'now']]
    for (const [at, anchor, text] of ends) {
      parts.push(make('text', { class: 'tick', x: at, y: 146, 'text-anchor': anchor }, text))
    }
    keys.forEach((key, k) => {
      const runs = runsOf(key)
      if (isArea) {
        const area = runs.map(run => 'M' + x(run[0]) + ' ' + box.bottom + run.map(i => 'L' + x(i).toFixed(1) + ' ' + y(history[i][key]).toFixed(1)).join('') + 'L' + x(run[run.length - 1]) + ' ' + box.bottom + 'Z')
        parts.push(make('path', { class: 'area', d: area.join('') }))
      }
      const pathOf = run => 'M' + run.map(i => x(i).toFixed(1) + ' ' + y(history[i][key]).toFixed(1)).join('L') + 'h.01'
      const isDot = run => run.length === 1
      parts.push(make('path', { class: 'line key-' + k, d: runs.filter(run => !isDot(run)).map(pathOf).join('') }))
      parts.push(make('path', { class: 'line dot key-' + k, d: runs.filter(isDot).map(pathOf).join('') }))
    })
    if (hovered !== undefined && history[hovered]) {
      parts.push(make('line', { class: 'cursor', x1: x(hovered), x2: x(hovered), y1: box.top, y2: box.bottom }))
    }
    svg.replaceChildren(...parts)
    tell()
  }

  /** Stretches of samples that have a value. */
  function runsOf(key) {
    const runs = []
    history.forEach((sample, i) => {
      if (sample[key] === undefined) return
      const last = runs[runs.length - 1]
      if (last && last[last.length - 1] === i - 1) last.push(i)
      else runs.push([i])
    })
    return runs
  }

  function tell() {
    const sample = history[hovered ?? history.length - 1]
    if (!sample) return
    const agoS = hovered === undefined ? 0 : history.length - 1 - hovered
    const [first, second] = words(sample)
    strong.textContent = first
    more.textContent = second + (agoS > 0 ? ' · ' + agoS + ' s ago' : '')
    svg.setAttribute('aria-label', title + ' over two minutes, now ' + words(history[history.length - 1]).join(', '))
  }

  svg.addEventListener('pointermove', event => {
    const { left, width } = svg.getBoundingClientRect()
    const at = ((event.clientX - left) / width) * 560
    const back = Math.round(((box.right - at) * (SAMPLES - 1)) / (box.right - box.left))
    hovered = back > 0 && back < history.length ? history.length - 1 - back : undefined
    draw()
  })
  svg.addEventListener('pointerleave', () => {
    hovered = undefined
    draw()
  })
  return samples => {
    history = samples
    draw()
  }
}
`
