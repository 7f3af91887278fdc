/**
 * Several scenarios in a YAML file: a list of them, or a mapping with the list under `scenarios`. Each has a name, a
 * weight, and any of the options that a scenario may have; the rest is as the run has it.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Path, parseDocument } from '../../base/config-file.ts'
import { OptionError, type Origin } from '../../base/option-error.ts'
import {
  type Entry,
  type OptionTable,
  type Resolved,
  type Row,
  resolveOptions,
  text,
} from '../../base/option-table.ts'
import { scenarioOptions } from '../options/work.ts'
import type { ScenarioOptions } from './scenario.ts'

export interface ScenarioEntry {
  readonly name: string
  readonly weight: number
  readonly options: ScenarioOptions
  /** `file:line:column` of each option that it has of its own. */
  readonly origins: Readonly<Record<string, Origin>>
}

/** Names are labels in metrics and thresholds. */
const namePattern = /^[\w.-]{1,64}$/
/** Each has tallies of its own. */
const maxScenarios = 64
/** They name files beside the scenario file. */
const pathOptions = ['promptFile', 'promptLines', 'dataset', 'script'] as const

const { header, ...rest } = scenarioOptions
const table = {
  name: {
    ...text({ help: 'What it is called.' }),
    allowed: 'write a name of letters, digits, dots, dashes and underscores, at most 64',
    read: value => (namePattern.test(String(value)) ? String(value) : undefined),
  } satisfies Row<string | undefined, string>,
  weight: weight(),
  ...rest,
  headers: header,
} satisfies OptionTable

function weight(): Row<number, number> {
  return {
    ...text({ help: 'Its share of the requests, among all weights.' }),
    shape: 'number',
    fallback: 1,
    allowed: 'write a number above 0, such as 3 or 0.5',
    read: value => (typeof value === 'number' && value > 0 && value < 1e9 ? value : undefined),
  }
}

/** Throws OptionError, which says file:line:column, for the first fault. */
export async function readScenarioFile(
  path: string,
  common: ScenarioOptions,
): Promise<readonly ScenarioEntry[]> {
  const source = await readFile(path, 'utf8').catch(cause => {
    throw new OptionError('scenarios', path, `the file cannot be read (${cause.code})`, { cause })
  })
  const refuse = (why: string, more: { origin?: Origin; cause?: unknown } = {}) =>
    new OptionError('scenarios', undefined, why, { origin: path, ...more })
  const document = await parseDocument(source, path, refuse)
  const { value } = document
  const under: Path = isMapping(value) ? ['scenarios'] : []
  const list = isMapping(value) ? value.scenarios : value
  if (!Array.isArray(list) || list.length === 0 || list.length > maxScenarios) {
    const why = `write a list of 1 to ${maxScenarios} scenarios`
    throw refuse(why, { origin: document.placeOfValue(under) })
  }
  const names = new Set<string>()
  return list.map((item: unknown, i) => {
    const at = [...under, i]
    const origin = document.placeOfValue(at)
    if (!isMapping(item)) throw refuse('write a mapping with a name and options', { origin })
    const entries = Object.entries(item).map(([key, value]): Entry => {
      return { key, value: value ?? undefined, origin: document.placeOf([...at, key]) }
    })
    const { values, origins } = resolveOptions(table, entries)
    const { name } = values
    if (name === undefined) throw refuse('a scenario needs a name', { origin })
    if (names.has(name)) {
      const again = document.placeOf([...at, 'name'])
      throw refuse(`there is another scenario named ${name}`, { origin: again })
    }
    names.add(name)
    const own = { ...values, ...pathsBeside(path, values) }
    return { name, weight: values.weight, options: overlaid(common, own, origins), origins }
  })
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Values = Resolved<typeof table>

function pathsBeside(path: string, values: Values): Partial<Values> {
  const beside = (name: string) => (name === '-' ? name : resolve(dirname(path), name))
  const found: Record<string, unknown> = {}
  for (const key of pathOptions) {
    const value = values[key]
    found[key] = typeof value === 'string' ? beside(value) : value?.map(beside)
  }
  return found
}

/** Those that name a prompt: a scenario that has one of them has none of the run's. */
const promptOptions = ['prompt', 'promptFile', 'promptLines', 'dataset']
const syntheticOptions = ['inputTokens', 'sharedPrefix']

/** What the scenario says goes before what the run says, except that headers and fields of the body are put together. */
function overlaid(
  common: ScenarioOptions,
  { headers, ...own }: Values,
  origins: Readonly<Record<string, Origin>>,
): ScenarioOptions {
  const isOwn = (key: string) => origins[key] !== 'default'
  const inherited: Record<string, unknown> = { ...common }
  const gives = (keys: readonly string[]) => keys.some(isOwn)
  // What is given in one way is not given in another as well.
  if (gives([...promptOptions, ...syntheticOptions, 'script'])) {
    for (const key of promptOptions) inherited[key] = []
  }
  if (gives(promptOptions)) for (const key of syntheticOptions) inherited[key] = undefined
  if (isOwn('maxTokens')) inherited.outputTokens = undefined
  if (isOwn('outputTokens')) inherited.maxTokens = undefined
  const said = Object.entries(own).filter(([key]) => key in scenarioOptions && isOwn(key))
  return {
    ...inherited,
    ...Object.fromEntries(said),
    header: { ...common.header, ...headers },
    body: common.body || own.body ? { ...common.body, ...own.body } : undefined,
  } as ScenarioOptions
}
