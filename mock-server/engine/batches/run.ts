/**
 * One batch on its way: its input is read, its requests are sent when they are due, and what came back becomes
 * its result files.
 */
import type { Clock } from '../../../base/clock.ts'
import type { BatchLines } from '../../../protocol/batch-lines.ts'
import {
  type BatchObject,
  become,
  completionWindowS,
  mayBecome,
} from '../../../protocol/batch-object.ts'
import { type BatchAnswer, noAnswer, type WhyNoAnswer } from '../../../protocol/batch-result.ts'
import { addUsage } from '../../../protocol/batch-usage.ts'
import { snapshotOf } from '../../../protocol/models.ts'
import type { BatchPlan } from './plan.ts'
import type { BatchResults } from './results.ts'

/** Sends one request to the API on the caller's behalf; rejects when there was no answer. */
export type Dispatch = (request: {
  readonly method: string
  /** With `/v1`. */
  readonly path: string
  readonly body: string
  readonly signal: AbortSignal
}) => Promise<BatchAnswer>

export interface BatchRun {
  readonly id: string
  /** As it stands now. */
  readonly object: BatchObject
  /** Sends no more; what is in flight is waited for. */
  cancel(): void
  /** Drops everything at once; its object stays as it is. */
  stop(): void
}

export interface BatchRunParts {
  readonly clock: Clock
  /** Unix seconds, for what the object says. */
  readonly created: () => number
  readonly lines: BatchLines
  readonly plan: BatchPlan
  readonly results: BatchResults
  readonly dispatch: Dispatch
}

/** Requests in flight at once: enough to be done soon, few enough to leave room for live traffic. */
const MAX_IN_FLIGHT = 32
/** Of the input, before others get their turn: about a millisecond. */
const READ_BYTES = 256 * 1024

export function runBatch(opened: BatchObject, parts: BatchRunParts): BatchRun {
  const { clock, created, lines, plan, results, dispatch } = parts
  const startMs = clock.nowMs()
  const stopping = new AbortController()
  let object = opened
  let sent = 0
  let inFlight = 0
  let cancelledAtMs = 0
  let cancelTimer = () => {}
  const cancelDeadline = clock.after(completionWindowS * 1000, expire)
  read()

  function wait(untilMs: number, then: () => void): void {
    cancelTimer()
    cancelTimer = clock.after(Math.max(0, untilMs - clock.nowMs()), then)
  }

  function read(): void {
    if (lines.read(READ_BYTES)) wait(clock.nowMs(), read)
    else wait(startMs + plan.validatedMs, begin)
  }

  function begin(): void {
    const { faults, count, model } = lines
    if (faults.length > 0) {
      object = become(object, 'failed', created(), { errors: { object: 'list', data: faults } })
      stop()
      return
    }
    object = become(object, 'in_progress', created(), {
      model: model === null ? null : snapshotOf(model),
      request_counts: { total: count, completed: 0, failed: 0 },
    })
    proceed()
  }

  /** Sends what is due, and goes on to the next phase when all is answered. */
  function proceed(): void {
    if (object.status === 'cancelling') {
      settleCancel()
      return
    }
    const { count } = lines
    const nowMs = clock.nowMs()
    while (sent < count && inFlight < MAX_IN_FLIGHT && dueMs(sent) <= nowMs) send(sent++)
    if (sent < count && inFlight < MAX_IN_FLIGHT) wait(dueMs(sent), proceed)
    else if (sent === count && inFlight === 0) {
      object = become(object, 'finalizing', created())
      wait(nowMs + plan.finalizingMs, () => end('completed'))
    }
  }

  function dueMs(index: number): number {
    return startMs + plan.dueMs(index, lines.count)
  }

  function send(index: number): void {
    inFlight++
    const { customId, body } = lines.line(index)
    const { signal } = stopping
    const request = { method: 'POST', path: object.endpoint, body: JSON.stringify(body), signal }
    dispatch(request).then(
      answer => {
        if (signal.aborted) return
        const ok = results.addAnswer(index, customId, answer)
        object = { ...object, usage: addUsage(object.usage, answer.body) }
        count(ok)
      },
      error => {
        if (signal.aborted) return
        results.addLacking(index, customId, {
          ...noAnswer.failed,
          message: `${noAnswer.failed.message} ${error}`,
        })
        count(false)
      },
    )
  }

  function count(ok: boolean): void {
    inFlight--
    const { total, completed, failed } = object.request_counts
    const counts = ok ? { completed: completed + 1, failed } : { completed, failed: failed + 1 }
    object = { ...object, request_counts: { total, ...counts } }
    proceed()
  }

  function cancel(): void {
    object = become(object, 'cancelling', created())
    cancelledAtMs = clock.nowMs() + plan.finalizingMs
    settleCancel()
  }

  function settleCancel(): void {
    if (clock.nowMs() < cancelledAtMs) wait(cancelledAtMs, settleCancel)
    else if (inFlight === 0) end('cancelled', noAnswer.cancelled)
  }

  function expire(): void {
    if (mayBecome(object, 'expired')) end('expired', noAnswer.expired)
  }

  /** `why`: what is said of the requests that have no answer. */
  function end(status: 'completed' | 'expired' | 'cancelled', why?: WhyNoAnswer): void {
    const { total } = object.request_counts
    for (let index = 0; why && index < total; index++) {
      if (!results.has(index)) results.addLacking(index, lines.customId(index), why)
    }
    object = become(object, status, created(), {
      output_file_id: results.write('output'),
      error_file_id: results.write('error'),
    })
    stop()
  }

  function stop(): void {
    cancelTimer()
    cancelDeadline()
    stopping.abort()
    results.clear()
    lines.drop()
  }

  return {
    id: opened.id,
    get object() {
      return object
    },
    cancel,
    stop,
  }
}
