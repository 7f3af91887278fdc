import { expect, test } from 'vitest'
import { createRandom, type Random } from '../../../base/random.ts'
import type { Failure, Refusal } from '../../../client/failure.ts'
import { decideRetry, type FailedAttempt } from '../../../client/retry.ts'

const policy = { maxAttempts: 6, baseDelay: 500, maxDelay: 60_000 }

function constant(value: number): Random {
  return { ...createRandom('unused'), next: () => value }
}

function decide(failed: Partial<FailedAttempt> & { failure: Failure }, draw = 0.5) {
  const attempt = {
    attempt: 1,
    given: 'nothing' as const,
    leftMs: Number.POSITIVE_INFINITY,
    ...failed,
  }
  return decideRetry(attempt, policy, constant(draw))
}

function refused(kind: Refusal['kind'], more: Partial<Refusal> = {}): Refusal {
  return { kind, message: 'no', ...more }
}

test.each([
  // attempt, draw, delay: U(0, min(60 s, 500 ms × 2^(n-1)))
  [1, 0.5, 250],
  [1, 0, 0],
  [2, 0.5, 500],
  [3, 0.5, 1000],
  [4, 0.25, 1000],
  [5, 0.999, 7992],
])(
  'backs off after attempt %i with full jitter: draw %f of the window is %i ms',
  (attempt, draw, delayMs) => {
    expect(decide({ attempt, failure: refused('server') }, draw)).toEqual({
      retry: true,
      delayMs,
      why: 'back-off',
    })
  },
)

test('the back-off window stops growing at maxDelay', () => {
  const failed = { attempt: 20, given: 'nothing', leftMs: 1e9, failure: refused('server') } as const
  const decision = decideRetry(failed, { ...policy, maxAttempts: 100 }, constant(0.5))
  expect(decision).toEqual({ retry: true, delayMs: 30_000, why: 'back-off' })
})

test.each([
  // asked, draw, delay: never earlier, a tenth more at most, and never more than a second more
  [2000, 0, 2000],
  [2000, 0.5, 2100],
  [40_000, 0.999, 40_999],
  [20, 0.5, 21],
])(
  'waits the %i ms that the server asks for, with a little more at draw %f',
  (retryAfterMs, draw, delayMs) => {
    expect(decide({ failure: refused('rate-limited', { retryAfterMs }) }, draw)).toEqual({
      retry: true,
      delayMs,
      why: 'the server asked for it',
    })
  },
)

test('a wait of 0 is no wish of the server: it backs off', () => {
  const decision = decide({ failure: refused('rate-limited', { retryAfterMs: 0 }) })
  expect(decision).toEqual({ retry: true, delayMs: 250, why: 'back-off' })
})

test('a server that asks for more than maxDelay is not asked again, and the reason says so', () => {
  expect(decide({ failure: refused('rate-limited', { retryAfterMs: 61_000 }) })).toEqual({
    retry: false,
    exhausted: false,
    why: 'the server asks to wait 1 m 1 s, more than the 1 m allowed',
  })
})

test('a wait that the total timeout would cut is not begun', () => {
  expect(
    decide({ failure: refused('rate-limited', { retryAfterMs: 5000 }), leftMs: 1200 }, 0),
  ).toEqual({
    retry: false,
    exhausted: false,
    why: 'the wait of 5 s is longer than the 1.2 s left of the total timeout',
  })
})

test.each<[Failure, boolean]>([
  [refused('rate-limited', { status: 429 }), true],
  [refused('server', { status: 408 }), true],
  [refused('server', { status: 409 }), true],
  [refused('server', { status: 503 }), true],
  [{ kind: 'connection', message: 'reset' }, true],
  [{ kind: 'truncated', message: 'cut' }, true],
  [{ kind: 'timeout', which: 'connect', message: '' }, true],
  [{ kind: 'timeout', which: 'first-token', message: '' }, true],
  [{ kind: 'timeout', which: 'idle', message: '' }, true],
  [{ kind: 'timeout', which: 'total', message: '' }, false],
  [{ kind: 'aborted', message: '' }, false],
  [{ kind: 'bad-stream', message: 'HTML' }, false],
  [refused('quota', { status: 429 }), false],
  [refused('bad-request', { status: 400 }), false],
  [refused('bad-request', { status: 422 }), false],
  [refused('auth', { status: 401 }), false],
  [refused('auth', { status: 403 }), false],
  [refused('not-found', { status: 404 }), false],
  // the server's own word beats ours, except on a quota
  [refused('bad-request', { status: 400, shouldRetry: true }), true],
  [refused('server', { status: 500, shouldRetry: false }), false],
  [refused('quota', { status: 429, shouldRetry: true }), false],
  // 429, but no wait makes it fit
  [refused('rate-limited', { status: 429, message: 'Request too large for gpt-4o' }), false],
])('%o is tried again: %s', (failure, retry) => {
  expect(decide({ failure }).retry).toBe(retry)
})

test('nothing is tried again once some of the answer was given out', () => {
  expect(decide({ failure: refused('server'), given: 'stuck' })).toMatchObject({
    retry: false,
    exhausted: false,
  })
})

test('the last attempt is exhausted, and no wait follows it', () => {
  expect(decide({ failure: refused('server'), attempt: 6 })).toEqual({
    retry: false,
    exhausted: true,
    why: 'all 6 attempts are used',
  })
})
