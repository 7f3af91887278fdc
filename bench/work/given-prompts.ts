/** Prompts that were given: in words, in files, in data sets; a fair draw of them where there are too many to keep. */
import { findFiles } from '../../base/find-files.ts'
import { OptionError } from '../../base/option-error.ts'
import type { Random } from '../../base/random.ts'
import { readDatasetLine, WrongLine } from './dataset-line.ts'
import type { Asked } from './prompt.ts'
import { type Bytes, type Line, readLines, readText } from './read-lines.ts'
import { createReservoir } from './reservoir.ts'

export interface Given {
  readonly prompt: readonly string[]
  readonly promptFile: readonly string[]
  readonly promptLines: readonly string[]
  readonly dataset: readonly string[]
}

export interface GivenContext {
  readonly random: Random
  readonly stdin: Bytes
}

/** Prompts that are kept; of more than these, each has the same chance. */
const maxKept = 100_000
/** Characters of all that are kept. */
const maxKeptLength = 2 ** 28

/** The prompts, and how many there were; empty where none were given. Throws OptionError for what cannot be used. */
export async function readGiven(
  given: Given,
  { random, stdin }: GivenContext,
): Promise<{ readonly kept: readonly Asked[]; readonly seen: number }> {
  const kept: Asked[] = []
  const lengths: number[] = []
  const reservoir = createReservoir(maxKept, random)
  let length = 0

  function keep(text: string, option: string, read: () => Asked): void {
    const place = reservoir.place()
    const asked = read() // also where it is not kept: a wrong line is wrong
    if (place === undefined) return
    length += text.length - (lengths[place] ?? 0)
    lengths[place] = text.length
    kept[place] = asked
    if (length > maxKeptLength) {
      const allowed = `the prompts have more than ${maxKeptLength} characters together: give fewer`
      throw new OptionError(option, undefined, allowed)
    }
  }
  const keepText = (text: string, option: string) => keep(text, option, () => asText(text))

  const { promptFile, promptLines, dataset } = given
  for (const text of given.prompt) keepText(text, 'prompt')
  for (const path of filesOf('promptFile', promptFile)) {
    keepText(await readText({ option: 'promptFile', path, stdin }), 'promptFile')
  }
  for (const path of filesOf('promptLines', promptLines)) {
    for await (const { text } of readLines({ option: 'promptLines', path, stdin })) {
      keepText(text, 'promptLines')
    }
  }
  for (const path of filesOf('dataset', dataset)) {
    for await (const line of readLines({ option: 'dataset', path, stdin })) {
      keep(line.text, 'dataset', () => readLine(line))
    }
  }
  const named = [...promptLines, ...dataset]
  if (reservoir.seen === 0 && named.length > 0) {
    throw new OptionError(
      dataset.length > 0 ? 'dataset' : 'promptLines',
      named[0],
      'there is no prompt in it',
    )
  }
  return { kept, seen: reservoir.seen }
}

/** Copied: a line is a slice that would keep all of what was read with it. */
function asText(text: string): Asked {
  return { kind: 'text', text: Buffer.from(text).toString() }
}

function filesOf(option: string, patterns: readonly string[]): readonly string[] {
  try {
    return findFiles(patterns)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    throw new OptionError(option, error.value, error.allowed, { cause: error })
  }
}

function readLine({ text, place }: Line): Asked {
  try {
    return readDatasetLine(text)
  } catch (cause) {
    if (!(cause instanceof WrongLine)) throw cause
    throw new OptionError('dataset', undefined, cause.message, { origin: place, cause })
  }
}
