/**
 * The body of `POST /responses` from a request in our words, so that the same request can be sent to either API.
 *
 * Fields that chat completions name otherwise are renamed; those that the Responses API lacks, such as `stop`, go as
 * they are, and it says so itself.
 */
import type { ChatBodyWords, Message } from './chat-body.ts'
import { type Fields, fieldsOf, listOf } from './lenient.ts'

/** Nothing is kept on the server unless `extra.store` says so: a chat completion is not kept either. */
export function responsesBody(words: ChatBodyWords): Record<string, unknown> {
  const { model, messages, maxTokens, temperature, seed, stop, extra, stream } = words
  return {
    model,
    input: inputOf(messages),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop }),
    ...(stream ? { stream: true } : {}),
    store: false,
    ...(extra === undefined ? {} : renamed(extra)),
  }
}

function inputOf(messages: readonly Message[]): readonly object[] {
  const calls = messages.flatMap(({ tool_calls }) => listOf(tool_calls).map(fieldsOf))
  const customIds = new Set(calls.filter(({ custom }) => custom).map(({ id }) => id))
  return messages.flatMap(message => inputItems(message, customIds))
}

/** One message as it stands in the input: calls and their results are items of their own. */
function inputItems(message: Message, customIds: ReadonlySet<unknown>): readonly object[] {
  const { role, content } = message
  if (role === 'tool') {
    const { tool_call_id: call_id } = message
    const type = customIds.has(call_id) ? 'custom_tool_call_output' : 'function_call_output'
    return [{ type, call_id, output: partsOf(content, 'input_text') }]
  }
  if (role !== 'assistant') return [{ ...message, content: partsOf(content, 'input_text') }]
  // What chat completions answer with is sent back as it came, with fields that say nothing here.
  const { tool_calls, refusal, annotations: _, audio: __, function_call: ___, ...said } = message
  const parts = refusal ? [{ type: 'refusal', refusal }] : partsOf(content, 'output_text')
  const isSilent = parts === null || parts === undefined || parts.length === 0
  const calls = listOf(tool_calls).map(callItem)
  return isSilent ? calls : [{ ...said, content: parts }, ...calls]
}

function partsOf(content: Message['content'], textType: string): Message['content'] {
  return Array.isArray(content) ? content.map(part => partOf(part, textType)) : content
}

function partOf(part: unknown, textType: string): object {
  const fields = fieldsOf(part)
  switch (fields.type) {
    case 'text':
      return { ...fields, type: textType }
    case 'image_url': {
      const { url, detail } = fieldsOf(fields.image_url)
      return { type: 'input_image', image_url: url, ...(detail === undefined ? {} : { detail }) }
    }
    case 'file':
      return { type: 'input_file', ...fieldsOf(fields.file) }
    default:
      return fields
  }
}

function callItem(call: unknown): object {
  const { id, function: called, custom } = fieldsOf(call)
  const { name, arguments: text, input } = fieldsOf(called ?? custom)
  if (custom) return { type: 'custom_tool_call', call_id: id, name, input }
  return { type: 'function_call', call_id: id, name, arguments: text }
}

function renamed(extra: Fields): Fields {
  const {
    tools,
    tool_choice,
    response_format,
    verbosity,
    reasoning_effort,
    max_completion_tokens,
    max_tokens = max_completion_tokens,
    ...others
  } = extra
  const text = {
    ...fieldsOf(others.text),
    ...(response_format === undefined ? {} : { format: formatOf(fieldsOf(response_format)) }),
    ...(verbosity === undefined ? {} : { verbosity }),
  }
  const effort = reasoning_effort === undefined ? {} : { effort: reasoning_effort }
  const reasoning = { ...fieldsOf(others.reasoning), ...effort }
  return {
    ...(max_tokens === undefined ? {} : { max_output_tokens: max_tokens }),
    ...others,
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning }),
    ...(tools === undefined ? {} : { tools: Array.isArray(tools) ? tools.map(toolOf) : tools }),
    ...(tool_choice === undefined ? {} : { tool_choice: flat(tool_choice) }),
  }
}

function formatOf(format: Fields): object {
  const { json_schema, ...others } = format
  return { ...others, ...fieldsOf(json_schema) }
}

/** A chat's function is strict only if it says so; one of the Responses API is unless it says no. */
function toolOf(tool: unknown): unknown {
  const fields = fieldsOf(tool)
  if (fields.type === 'function' && fields.function) {
    return { type: 'function', strict: false, ...fieldsOf(fields.function) }
  }
  if (fields.type !== 'custom' || !fields.custom) return tool
  const { format, ...custom } = fieldsOf(fields.custom)
  if (format === undefined) return { type: 'custom', ...custom }
  const { grammar, ...others } = fieldsOf(format)
  return { type: 'custom', ...custom, format: { ...others, ...fieldsOf(grammar) } }
}

/** What is named inside of an object of its type's name is named beside the type. */
function flat(choice: unknown): unknown {
  const { type, ...fields } = fieldsOf(choice)
  const inner = typeof type === 'string' ? fields[type] : undefined
  return inner === undefined ? choice : { type, ...fieldsOf(inner) }
}
