/** What may stand in the content of a message, block by block. */
import { isObject, type Json } from './checks.ts'
import {
  boolean,
  type Check,
  dictionary,
  invalid,
  list,
  matching,
  noExtras,
  oneOf,
  optional,
  required,
  string,
  tagOf,
} from './messages-checks.ts'

/** Blocks that nobody but the provider makes are taken as they come. */
const OPAQUE = [
  ...['bash_code_execution_tool_result', 'code_execution_tool_result', 'container_upload'],
  ...['mcp_tool_result', 'mcp_tool_use', 'search_result', 'server_tool_use'],
  ...['text_editor_code_execution_tool_result', 'tool_reference', 'tool_search_tool_result'],
  ...['web_fetch_tool_result', 'web_search_tool_result'],
]

const identifier = matching(/^[a-zA-Z0-9_-]+$/)
const imageType = oneOf('image/jpeg', 'image/png', 'image/gif', 'image/webp')

const imageSource = source({
  base64: { media_type: required(imageType), data: required(string) },
  url: { url: required(string) },
  file: { file_id: required(string) },
})

const documentSource = source({
  base64: { media_type: required(oneOf('application/pdf')), data: required(string) },
  content: { content: required(() => {}) },
  file: { file_id: required(string) },
  text: { media_type: required(oneOf('text/plain')), data: required(string) },
  url: { url: required(string) },
})

type Fields = Readonly<Record<string, Check>>

/** Something that comes from one of several places, each with fields of its own. */
function source(places: Readonly<Record<string, Fields>>): Check {
  const tags = Object.keys(places).sort()
  return (value, at) => {
    const type = tagOf(value, tags, at)
    checkFields(value as Json, places[type]!, `${at}.${type}.`)
  }
}

const blocks: Readonly<Record<string, Fields>> = {
  document: {
    source: required(documentSource),
    title: optional(string),
    context: optional(string),
    citations: optional(dictionary),
  },
  image: { source: required(imageSource), transformations: optional(dictionary) },
  redacted_thinking: { data: required(string) },
  text: { text: required(string), citations: optional(list) },
  thinking: { thinking: required(string), signature: required(string) },
  tool_result: {
    tool_use_id: required(identifier),
    content: optional(checkResult),
    is_error: optional(boolean),
    toolset_name: optional(string),
  },
  tool_use: {
    id: required(identifier),
    name: required(string),
    input: required(dictionary),
    caller: optional(dictionary),
    toolset_name: optional(string),
  },
}

const TAGS = [...Object.keys(blocks), ...OPAQUE].sort()
const RESULT_TAGS = [
  'browser_state',
  'document',
  'image',
  'search_result',
  'text',
  'tool_reference',
]

/** Which role alone may say a block. */
const speakers: Readonly<Record<string, 'user' | 'assistant'>> = {
  tool_use: 'assistant',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_result: 'user',
}

/** Throws ApiError for a block that the API would refuse. `at`: that of the message. */
export function checkBlock(block: unknown, role: string, at: string, place: number): void {
  const own = `${at}.content.${place}`
  const type = tagOf(block, TAGS, own)
  const speaker = speakers[type]
  if (speaker !== undefined && speaker !== role) {
    throw invalid(at, `\`${type}\` blocks can only be in \`${speaker}\` messages`)
  }
  checkKnown(block as Json, type, own)
}

function checkKnown(block: Json, type: string, at: string): void {
  const fields = blocks[type]
  if (fields) checkFields(block, fields, `${at}.${type}.`, COMMON)
}

const COMMON = ['cache_control']

function checkFields(value: Json, fields: Fields, at: string, more: readonly string[] = []): void {
  for (const name in fields) fields[name]!(value[name], at + name)
  noExtras(value, new Set(['type', ...Object.keys(fields), ...more]), at)
}

function checkResult(content: unknown, at: string): void {
  if (typeof content === 'string') return
  list(content, at)
  for (const [i, block] of (content as unknown[]).entries()) {
    const own = `${at}.${i}`
    checkKnown(block as Json, tagOf(block, RESULT_TAGS, own), own)
  }
}

/** The text blocks of a system prompt, or of a message of the role `system`. */
export function checkTexts(content: unknown, at: string): void {
  if (typeof content === 'string') return
  list(content, at)
  for (const [i, block] of (content as unknown[]).entries()) {
    const own = `${at}.${i}`
    checkKnown(block as Json, tagOf(block, ['text'], own), own)
    checkSaying(block, at)
  }
}

/** Text blocks say something. `at`: where the list of blocks stands. */
export function checkSaying(block: unknown, at: string): void {
  if (!isObject(block) || block.type !== 'text') return
  if (block.text === '') throw invalid(at, 'text content blocks must be non-empty')
  if ((block.text as string).trim() === '') {
    throw invalid(at, 'text content blocks must contain non-whitespace text')
  }
}
