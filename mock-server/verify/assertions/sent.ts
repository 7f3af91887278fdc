/** Assertions on what stood in the requests. */
import { choice } from '../../../base/option-table.ts'
import { isObject } from '../../../protocol/checks.ts'
import { type JournalEntry, keptHeaders } from '../../engine/journal.ts'
import { assertion, type Evidence, type Finding, needed, ruled } from '../assertion.ts'
import type { Call } from '../calls.ts'
import { type Name, names } from '../rows.ts'
import { counted, listed, named } from '../words.ts'

const IDEMPOTENCY = 'idempotency-key'

export const sentAssertions = {
  sentIdempotencyKey: assertion({
    help: 'Every POST had an `idempotency-key`: the same in all attempts of a call, another in every other call.',
    settings: {},
    judge({ calls }) {
      const posts = calls.filter(({ attempts }) => attempts[0]!.method === 'POST')
      const breaches = [...posts.flatMap(keyBreaches), ...sharedKeys(posts)]
      return ruled(posts.length, breaches, {
        none: 'there was no POST request',
        kept: `${counted(posts.length, 'call')}, each with an idempotency key of its own in all of its attempts`,
        broken: `the idempotency keys of ${counted(posts.length, 'call')} are not as they must be`,
      })
    },
  }),

  sentIncludeUsage: assertion({
    help: 'Every streaming chat or text completion asked for its usage (`stream_options.include_usage`).',
    settings: {},
    judge({ entries }): Finding {
      const streams = entries.filter(({ method, path, body, stream }) => {
        const isStream = stream === true || (isObject(body) && body.stream === true)
        return method === 'POST' && isStream && /\/completions(\?|$)/.test(path)
      })
      const known = streams.filter(({ body }) => isObject(body))
      const without = known.filter(({ body }) => !asksForUsage(body))
      const found = ruled(
        streams.length,
        without.map(entry => ({
          says: `${named(entry)} streamed and did not ask for its usage`,
          requests: [entry],
        })),
        {
          none: 'no completion was streamed',
          kept: `${counted(streams.length, 'stream')}, all with include_usage`,
          broken: `${without.length} of ${counted(streams.length, 'stream')} did not ask for usage`,
        },
      )
      const lost = streams.length - known.length
      if (found.verdict !== 'passed' || lost === 0) return found
      const says = `the bodies of ${counted(lost, 'request')} were too large for the journal`
      return { ...found, verdict: 'inconclusive', says }
    },
  }),

  sentHeader: assertion({
    help: 'Every request had this header, one of those that the journal keeps.',
    short: 'name',
    settings: {
      name: needed(
        choice(keptHeaders, { label: 'HEADER', help: `One of ${keptHeaders.join(', ')}.` }),
      ),
      value: names({ label: 'TEXT', help: 'What it says; `*` stands for any characters.' }),
    },
    judge: ({ entries }, { name, value }) => judgeHeader(entries, name, value),
  }),

  userAgent: assertion({
    help: 'Every request named this client in its `user-agent`.',
    short: 'value',
    settings: {
      value: needed(names({ label: 'TEXT', help: 'e.g. `OpenAI/JS *`.' })),
    },
    judge: ({ entries }, { value }) => judgeHeader(entries, 'user-agent', value),
  }),
}

function judgeHeader(
  entries: readonly JournalEntry[],
  name: string,
  allowed: readonly Name[] | undefined,
): Finding {
  const breaches: Evidence[] = []
  for (const entry of entries) {
    const value = entry.headers?.[name]
    if (value === undefined) {
      breaches.push({ says: `${named(entry)} had no ${name}`, requests: [entry] })
    } else if (allowed && !allowed.some(({ test }) => test(value))) {
      const says = `the ${name} of ${named(entry)} was ${JSON.stringify(value)}`
      breaches.push({ says, requests: [entry] })
    }
  }
  const saying = listed(
    (allowed ?? []).map(({ text: pattern }) => JSON.stringify(pattern)),
    'or',
  )
  const what = allowed ? `the ${name} ${saying}` : `the header ${name}`
  return ruled(entries.length, breaches, {
    none: 'there was no request',
    kept: `${counted(entries.length, 'request')}, all with ${what}`,
    broken: `${breaches.length} of ${counted(entries.length, 'request')} came without ${what}`,
  })
}

function asksForUsage(body: unknown): boolean {
  const options = isObject(body) ? body.stream_options : undefined
  return isObject(options) && options.include_usage === true
}

const keyIn = ({ headers }: JournalEntry) => headers?.[IDEMPOTENCY]

function keyBreaches({ attempts }: Call): Evidence[] {
  const breaches: Evidence[] = []
  for (const [index, entry] of attempts.entries()) {
    const key = keyIn(entry)
    const before = attempts[index - 1]
    if (key === undefined) {
      breaches.push({ says: `${named(entry)} had no idempotency key`, requests: [entry] })
    } else if (before && keyIn(before) !== undefined && keyIn(before) !== key) {
      breaches.push({
        says: `${named(entry)} tried ${named(before)} again under another key: ${key} instead of ${keyIn(before)}`,
        requests: [before, entry],
      })
    }
  }
  return breaches
}

function sharedKeys(calls: readonly Call[]): Evidence[] {
  const first = new Map<string, Call>()
  const breaches: Evidence[] = []
  for (const call of calls) {
    for (const key of new Set(call.attempts.map(keyIn))) {
      if (key === undefined) continue
      const other = first.get(key)
      if (!other) first.set(key, call)
      else {
        const [a, b] = [other.attempts[0]!, call.attempts[0]!]
        breaches.push({
          says: `${named(a)} and ${named(b)} are two calls under one key, ${key}`,
          requests: [a, b],
        })
      }
    }
  }
  return breaches
}
