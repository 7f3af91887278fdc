/** What is sent: to whom, in whose name, and the scenarios' own: which endpoint and model, which prompts, how long. */
import type { Distribution } from '../../base/distribution.ts'
import {
  choice,
  distribution,
  flag,
  integer,
  list,
  type OptionTable,
  type Row,
  text,
} from '../../base/option-table.ts'
import { endpointNames, usualModel } from '../work/endpoints.ts'
import { authStyles, type Headers, readHeader } from '../work/headers.ts'
import { maxTokens, readLengths } from '../work/lengths.ts'

/** Those that each scenario may have for itself. */
export const scenarioOptions = {
  endpoint: choice(endpointNames, { fallback: 'chat', help: 'What is asked.' }),
  model: text({
    fallback: usualModel,
    label: 'NAME',
    help: `The model to ask for; where ${usualModel} does not serve, one that does.`,
  }),
  stream: yesOrNo({
    help: 'Whether answers come as streams; --no-stream: whole. Default: what generates text streams, the rest does not.',
  }),
  prompt: list({
    split: false,
    help: 'A prompt to send, drawn at random where there are several. Default: synthetic ones, all different.',
  }),
  promptFile: list({
    split: false,
    help: 'A file that is a prompt, or a pattern for several; -: standard input.',
  }),
  promptLines: list({
    split: false,
    help: 'A file of which every line is a prompt, or a pattern for several; -: standard input.',
  }),
  dataset: list({
    split: false,
    help: 'A JSONL file: lines with prompt, messages, ShareGPT’s conversations, or whole request bodies; -: standard input.',
  }),
  inputTokens: lengths('input', {
    help: 'Synthetic prompts count exactly so many tokens: a number, a distribution, or a trace such as azure-code.',
  }),
  outputTokens: lengths('output', {
    help: 'Answers are to be so long: a number, a distribution, or a trace such as azure-conversation.',
  }),
  maxTokens: integer(1, maxTokens, { help: 'The most output tokens per request.' }),
  sharedPrefix: integer(1, 1_000_000, {
    help: 'So many tokens at the beginning of synthetic prompts are the same for all of a group.',
  }),
  prefixGroups: integer(1, 1_000_000, {
    fallback: 1,
    help: 'How many such groups there are.',
  }),
  turns: distribution('count', {
    help: 'How often a user of a conversation speaks: a number or a distribution. Default: as the data set has it, else once.',
  }),
  header: headers({ help: 'A header to send, "Name: value"; may be given several times.' }),
  body: fields({
    help: 'More fields of each request body, a JSON object such as {"temperature":0}.',
  }),
  script: text({
    label: 'FILE',
    help: 'A module (.mjs, .js, .ts) whose next() says what to send, and whose check() may judge answers.',
  }),
} satisfies OptionTable

export const workOptions = {
  url: text({
    fallback: 'http://127.0.0.1:4010/v1',
    label: 'URL',
    env: ['OPENAI_BASE_URL'],
    help: 'The base URL of an OpenAI-compatible API.',
  }),
  apiKey: text({
    fallback: 'sk-tokadence',
    label: 'KEY',
    env: ['OPENAI_API_KEY'],
    help: 'The key to send; it is in no report.',
  }),
  auth: choice(authStyles, {
    fallback: 'auto',
    help: 'Where the key stands: Authorization: Bearer, api-key (Azure), x-api-key, or nowhere; auto: as the endpoint wants it.',
  }),
  ...scenarioOptions,
  scenarios: text({
    label: 'FILE',
    help: 'A YAML file of several scenarios, each with a name, a weight and any of the options from endpoint to script.',
  }),
} satisfies OptionTable

function lengths(
  side: 'input' | 'output',
  words: { help: string },
): Row<Distribution | undefined, string | number> {
  const row = distribution('count', words)
  return {
    ...row,
    allowed: `${row.allowed}; or azure-conversation, mooncake-conversation`,
    read: value => readLengths(side, value),
  }
}

function yesOrNo(words: { help: string }): Row<boolean | undefined, boolean> {
  const { read, ...row } = flag(words)
  return { ...row, fallback: undefined, read }
}

type Given = readonly string[] | string | Headers

export function headers(words: { help: string }): Row<Headers, Given> {
  return {
    ...list({ ...words, split: false }),
    label: 'HEADER',
    fallback: [],
    allowed:
      'write "Name: value" in characters that a header may have, or a mapping of names to values; the bench itself says host, connection and the length',
    read(value) {
      const lines = linesOf(value)
      const read = lines?.map(line => (typeof line === 'string' ? readHeader(line) : undefined))
      if (!read || read.includes(undefined)) return undefined
      return Object.fromEntries(read as (readonly [string, string])[])
    },
  }
}

function linesOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).map(([name, text]) => `${name}: ${text}`)
}

type Fields = Readonly<Record<string, unknown>>

function fields(words: { help: string }): Row<Fields | undefined, string | Fields> {
  return {
    ...text(words),
    fallback: undefined,
    label: 'JSON',
    allowed: 'write a JSON object',
    read: value => (typeof value === 'string' ? readJson(value) : objectOf(value)),
  }
}

function readJson(json: string): Fields | undefined {
  try {
    return objectOf(JSON.parse(json))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function objectOf(value: unknown): Fields | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Fields) : undefined
}
