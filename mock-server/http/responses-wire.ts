/** A response's run and its stream as one script, for a stream whose writes were planned. */

import type { WirePlan } from '../engine/cadence/wire-plan.ts'
import type { Plan } from '../engine/plan.ts'
import type { StoredResponse } from '../engine/responses/store.ts'
import type { Script, ScriptEvent } from '../engine/script.ts'

/**
 * The run goes on as its events are asked for. `ends`: what comes after the last. What comes before the first token
 * has writes of its own, and waits for the headers.
 */
export function scriptOnWire(
  { script, log }: StoredResponse,
  plan: Plan & { readonly wire: WirePlan },
  ends: readonly ScriptEvent[],
): { script: Script & { readonly leads: number }; wire: WirePlan } {
  const { leads } = script
  const dueMs = log.dueMs as number[]
  const last = dueMs.length - 1
  const { headersMs = 0, writes, cutsOf } = plan.wire
  const readyMs = headersMs === Infinity ? dueMs[Math.min(leads, last)]! : headersMs
  for (let i = 0; i <= last; i++) dueMs[i] = Math.max(dueMs[i]!, readyMs)

  const { includeObfuscation } = script.response.request
  const steps = script.read({ includeObfuscation })
  // One that fails ends before its first token.
  const isWhole = dueMs.length - leads === plan.dueMs.length
  const before = Array.from({ length: leads }, (_, i) => i + 1)
  return {
    script: {
      dueMs,
      leads,
      at(step) {
        log.advance()
        const events = steps.next().value ?? []
        return step === last ? [...events, ...ends] : events
      },
    },
    wire: {
      ...plan.wire,
      writes: isWhole && writes ? [...before, ...writes.map(end => end + leads)] : undefined,
      cutsOf: isWhole && cutsOf ? write => (write < leads ? [] : cutsOf(write - leads)) : undefined,
    },
  }
}
