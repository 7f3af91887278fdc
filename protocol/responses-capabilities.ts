/** What a model cannot do of what a response asks for, in the words of the API. */

import type { Effort } from './ask.ts'
import { capabilitiesOf, reasons } from './capabilities.ts'
import type { Json } from './checks.ts'
import { readEffort } from './effort.ts'
import { unsupportedChoice } from './errors/field.ts'
import { unsupportedByModel } from './errors/model.ts'
import { beyondContextWindow, noRequestedModel, notWithThisModel } from './errors/responses.ts'

/** Settings of a model that does not reason, and what stands for not setting them. */
const sampling: Readonly<Record<string, unknown>> = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  top_logprobs: 0,
}

/** Of a body whose fields are sound. Throws ApiError. */
export function checkResponsesModel(body: Json, model: string): void {
  const able = capabilitiesOf(model)
  if (able.serves !== 'chat' && able.serves !== 'responses') throw noRequestedModel(model)
  const { effort, summary } = (body.reasoning ?? {}) as Json
  if (reasons(able)) checkReasoning(body, effort, able.efforts!)
  else if (able.efforts) {
    if (effort != null && effort !== 'none') throw unsupportedByModel('reasoning.effort')
    if (summary != null) throw unsupportedByModel('reasoning.summary')
  }
}

function checkReasoning(body: Json, effort: unknown, efforts: readonly Effort[]): void {
  const asked = readEffort(effort)
  if (effort != null && !efforts.includes(asked!)) {
    throw unsupportedChoice('reasoning.effort', String(effort), efforts)
  }
  if (asked === 'none') return
  for (const name in sampling) {
    if (body[name] != null && body[name] !== sampling[name]) throw notWithThisModel(name)
  }
}

/** Whether the prompt fits into the model's window. */
export function checkResponsesFits(model: string, promptTokens: number): void {
  const { contextTokens, inputTokens } = capabilitiesOf(model)
  const max = inputTokens ?? contextTokens
  if (max !== undefined && promptTokens > max) throw beyondContextWindow()
}
