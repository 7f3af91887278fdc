/** A number within a schema's bounds, of a size that suits its name. */
import type { Random } from '../../../base/random.ts'
import { limit, list, type SchemaObject } from './schema.ts'
import { lastWords } from './words.ts'

type Range = readonly [low: number, high: number]

/** Inclusive; times are seconds since the epoch, of the first days of 2025. */
const ranges = new Map<string, Range>(
  Object.entries({
    age: [18, 80],
    year: [1990, 2025],
    month: [1, 12],
    day: [1, 28],
    hour: [0, 23],
    minute: [0, 59],
    second: [0, 59],
    at: [1_735_689_600, 1_736_899_199],
    timestamp: [1_735_689_600, 1_736_899_199],
    created: [1_735_689_600, 1_736_899_199],
    latitude: [-60, 60],
    lat: [-60, 60],
    longitude: [-180, 180],
    lon: [-180, 180],
    lng: [-180, 180],
    temperature: [-5, 30],
    percent: [0, 100],
    percentage: [0, 100],
    probability: [0, 1],
    confidence: [0, 1],
    rating: [1, 5],
    stars: [1, 5],
    port: [1024, 65_535],
    price: [1, 200],
    amount: [1, 200],
    cost: [1, 200],
    total: [1, 500],
    bytes: [100, 100_000],
    population: [10_000, 9_000_000],
    quantity: [1, 10],
    count: [1, 10],
    index: [0, 9],
    limit: [1, 20],
  }),
)
const ANY: Range = [1, 100]
const DRAWS = 16

/** Finite, whatever the bounds are. */
export function numberFor(
  schema: SchemaObject,
  name: string,
  whole: boolean,
  random: Random,
): number {
  const drawn = drawNumber(schema, name, whole, random)
  // Nor is it -0, which JSON does not tell from 0.
  return Number.isFinite(drawn) && drawn !== 0 ? drawn : 0
}

function drawNumber(schema: SchemaObject, name: string, whole: boolean, random: Random): number {
  const [low, high] = boundsOf(schema, whole)
  const example = list(schema.examples).find(
    value => typeof value === 'number' && value >= low && value <= high,
  )
  const step = limit(schema.multipleOf, 0)
  if (example !== undefined && step === 0 && (!whole || Number.isInteger(example))) {
    return example as number
  }
  const range = rangeWithin(
    low,
    high,
    lastWords(name)
      .map(word => ranges.get(word))
      .find(Boolean),
  )
  if (step > 0) return multipleOf(step, range, [low, high], whole, random)
  return whole ? wholeWithin(range, random) : decimalWithin(range, [low, high], schema, random)
}

function boundsOf(schema: SchemaObject, whole: boolean): Range {
  const { exclusiveMinimum, exclusiveMaximum } = schema
  let low = limit(schema.minimum, -Infinity)
  let high = limit(schema.maximum, Infinity)
  // Draft 4 has flags beside `minimum` and `maximum`.
  const above = exclusiveMinimum === true ? low : limit(exclusiveMinimum, -Infinity)
  const below = exclusiveMaximum === true ? high : limit(exclusiveMaximum, Infinity)
  if (!whole) return [Math.max(low, above), Math.min(high, below)]
  low = Math.max(Math.ceil(low), Math.floor(above) + 1)
  high = Math.min(Math.floor(high), Math.ceil(below) - 1)
  return [low, high]
}

/** As much of the usual range as the bounds leave; none of it: next to the nearer bound. */
function rangeWithin(low: number, high: number, usual: Range = ANY): Range {
  const span = usual[1] - usual[0]
  if (usual[0] > high) return [Math.max(low, high - span), high]
  if (usual[1] < low) return [low, Math.min(high, low + span)]
  return [Math.max(low, usual[0]), Math.min(high, usual[1])]
}

function wholeWithin([low, high]: Range, random: Random): number {
  const first = Math.ceil(low)
  return first + random.integer(Math.max(1, Math.floor(high) - first + 1))
}

function decimalWithin(
  [low, high]: Range,
  [least, most]: Range,
  { exclusiveMinimum, exclusiveMaximum }: SchemaObject,
  random: Random,
): number {
  const drawn = low + (high - low) * (0.05 + 0.9 * random.next())
  for (const digits of [100, 10_000]) {
    const rounded = Math.round(drawn * digits) / digits
    const aboveLeast = exclusiveMinimum === undefined ? rounded >= least : rounded > least
    const belowMost = exclusiveMaximum === undefined ? rounded <= most : rounded < most
    if (aboveLeast && belowMost && Number.isFinite(rounded)) return rounded
  }
  return Number.isFinite(drawn) ? drawn : low
}

/** A multiple that division proves to be one: 3 × 0.1 is none. */
function multipleOf(
  step: number,
  range: Range,
  bounds: Range,
  whole: boolean,
  random: Random,
): number {
  const digits = Math.min(20, (/\.(\d+)$/.exec(String(step))?.[1] ?? '').length)
  const drawIn = ([low, high]: Range) => {
    const first = Math.ceil(low / step)
    const factor = first + random.integer(Math.max(1, Math.floor(high / step) - first + 1))
    return Number((factor * step).toFixed(digits))
  }
  const wide: Range = [Math.max(bounds[0], -1000 * step), Math.min(bounds[1], 1000 * step)]
  const near: Range = [bounds[0], Math.min(bounds[1], bounds[0] + 2 * step)]
  const isRight = (value: number) =>
    Number.isInteger(value / step) &&
    value >= bounds[0] &&
    value <= bounds[1] &&
    (!whole || Number.isInteger(value))
  for (const from of [range, wide, near]) {
    for (let draw = 0; draw < DRAWS; draw++) {
      const value = drawIn(from)
      if (isRight(value)) return value
    }
  }
  return drawIn(range)
}
