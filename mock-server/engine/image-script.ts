/** Images as a stream: rough ones first, spread over the time that the last ones take. */
import type { ImageRequest } from '../../protocol/image-request.ts'
import {
  type ImageUsage,
  imageEvent,
  partialTokens,
  usageJson,
} from '../../protocol/image-response.ts'
import type { Script, ScriptEvent } from './script.ts'

export interface PaintedImages {
  /** In base64: the rough ones, and then those that were asked for. */
  readonly rough: readonly string[]
  readonly whole: readonly string[]
}

/** `dueMs`: of the steps of the whole work, at least as many as there are rough images and one more. */
export function imageScript(
  request: ImageRequest,
  { rough, whole }: PaintedImages,
  { created, usage, dueMs }: { created: number; usage: ImageUsage; dueMs: readonly number[] },
): Script {
  const { partials } = request
  const tokens = (usage.outputTokens - partials * partialTokens) / whole.length

  function partialAt(place: number): ScriptEvent {
    const rest = { partial_image_index: place }
    const event = imageEvent(request, 'partial_image', rough[place]!, { created, rest })
    return { name: event.type, data: JSON.stringify(event), tokens: partialTokens }
  }

  function completed(image: string): ScriptEvent {
    const event = imageEvent(request, 'completed', image, {
      created,
      rest: { usage: usageJson(usage) },
    })
    return { name: event.type, data: JSON.stringify(event), tokens }
  }

  const stepOf = (place: number) => Math.ceil(((place + 1) * dueMs.length) / (partials + 1)) - 1
  return {
    dueMs: Array.from({ length: partials + 1 }, (_, place) => dueMs[stepOf(place)]!),
    at: step => (step < partials ? [partialAt(step)] : whole.map(completed)),
  }
}
