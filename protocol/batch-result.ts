/** The lines of a batch's result files: an answer of the API, or why there is none. */

export interface BatchAnswer {
  readonly status: number
  readonly requestId: string
  /** The parsed JSON; a text where it was none. */
  readonly body: unknown
}

/** `id`: of this request in this batch, `batch_req_…`. */
export function answeredLine(
  id: string,
  customId: string,
  { status, requestId, body }: BatchAnswer,
): string {
  const response = { status_code: status, request_id: requestId, body }
  return `${JSON.stringify({ id, custom_id: customId, response, error: null })}\n`
}

export interface WhyNoAnswer {
  readonly code: string
  readonly message: string
}

export const noAnswer = {
  expired: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
  cancelled: {
    code: 'batch_cancelled',
    message: 'This request was not executed, because the batch was cancelled.',
  },
  tooLarge: {
    code: 'output_too_large',
    message: 'The answer is not kept: the results of this batch are too large together.',
  },
  failed: {
    code: 'request_failed',
    message: 'This request could not be sent.',
  },
} satisfies Readonly<Record<string, WhyNoAnswer>>

export function unansweredLine(id: string, customId: string, error: WhyNoAnswer): string {
  return `${JSON.stringify({ id, custom_id: customId, response: null, error })}\n`
}
