/** Chat completions, and completions before them: what a chunk says, and what a whole answer does. */
import {
  type EventReader,
  ended,
  errorText,
  type News,
  nothing,
  onlyContent,
  readObject,
  type Usage,
  type WholeReader,
} from './reader.ts'

interface Said {
  readonly content?: unknown
  readonly reasoning_content?: unknown
  readonly reasoning?: unknown
  readonly refusal?: unknown
  readonly tool_calls?: unknown
}

interface Choice {
  readonly text?: string | null
  /** Of a chunk. */
  readonly delta?: Said | null
  /** Of a whole answer. */
  readonly message?: Said | null
}

interface Answer {
  readonly choices?: readonly (Choice | null)[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly error?: unknown
}

const event = (data: string) => (data === '[DONE]' ? ended : newsOf(readObject(data)))

export const chatReader: EventReader = {
  kind: 'events',
  end: '[DONE]',
  event,
  marks: ['"content":"', '"content": "', '"text":"', '"text": "'],
}

export const chatWholeReader: WholeReader = {
  kind: 'whole',
  whole(body) {
    const answer: Answer | undefined = readObject(body)
    return answer?.error || Array.isArray(answer?.choices) ? newsOf(answer) : undefined
  },
}

function newsOf(answer: Answer | undefined): News | undefined {
  if (answer === undefined) return undefined
  const { error, choices, usage } = answer
  if (error) return { hasContent: false, error: errorText(error) }
  let hasContent = false
  let text: string | undefined
  if (Array.isArray(choices)) {
    for (const choice of choices) {
      if (!choice || !saysAnything(choice)) continue
      hasContent = true
      text ??= textOf(choice)
    }
  }
  if (usage) return { hasContent, text, usage: usageOf(usage) }
  if (!hasContent) return nothing
  return text === undefined ? onlyContent : { hasContent, text }
}

function saysAnything({ delta, message, text }: Choice): boolean {
  const said = delta ?? message
  if (!said) return Boolean(text)
  if (said.content) return true
  const { reasoning_content: reasoning, tool_calls: tools } = said
  return Boolean(reasoning || said.reasoning || said.refusal || (Array.isArray(tools) && tools[0]))
}

function textOf({ delta, message, text }: Choice): string | undefined {
  const said = delta ?? message
  const content = said ? said.content : text
  return typeof content === 'string' && content !== '' ? content : undefined
}

function usageOf({
  prompt_tokens: input,
  completion_tokens: output,
}: NonNullable<Answer['usage']>): Usage | undefined {
  return typeof output === 'number' ? { input: input ?? 0, output } : undefined
}
