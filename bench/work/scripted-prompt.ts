/** The prompt that a script's parts of a request amount to. */
import type { BodyMaker, Fields, Prompt } from './body.ts'
import type { ScriptRequest } from './script.ts'

export interface ScriptedPromptContext {
  readonly bodies: BodyMaker
  /** What the options have. */
  usual(): Prompt
}

export function scriptedPrompt(parts: ScriptRequest, context: ScriptedPromptContext): Prompt {
  const { bodies } = context
  const { body, model } = parts
  const added: Fields = { ...(model !== undefined && { model }), ...body }
  if (saysWhat(added)) return bodies.whole(added)
  const prompt = basePrompt(parts, context)
  if (body === undefined && model === undefined) return prompt
  return bodies.whole({ ...JSON.parse(`{${prompt.json}}`), ...added })
}

function basePrompt({ prompt, messages }: ScriptRequest, context: ScriptedPromptContext): Prompt {
  if (messages !== undefined) return context.bodies.messages(messages)
  return prompt === undefined ? context.usual() : context.bodies.text(prompt)
}

function saysWhat({ messages, prompt, input }: Fields): boolean {
  return messages !== undefined || prompt !== undefined || input !== undefined
}
