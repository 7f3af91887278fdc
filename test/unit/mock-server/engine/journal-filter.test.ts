import { expect, test } from 'vitest'
import { OptionError } from '../../../../base/option-error.ts'
import type { Done, JournalEntry } from '../../../../mock-server/engine/journal.ts'
import {
  type RequestFilter,
  readFilter,
  select,
} from '../../../../mock-server/engine/journal-filter.ts'

function entry(
  number: number,
  { done, ...more }: Partial<Omit<JournalEntry, 'done'>> & { done?: Partial<Done> },
): JournalEntry {
  return {
    number,
    requestId: `req_${number}`,
    method: 'POST',
    path: '/v1/chat/completions',
    endpoint: 'chat.completions',
    receivedAtMs: 1000 * number,
    attempt: 1,
    ...more,
    done: {
      outcome: 'ok',
      status: 200,
      chunks: 0,
      bytes: 0,
      eventMs: [],
      maxPacingErrorMs: 0,
      ...done,
    },
  }
}

const entries = [
  entry(1, { model: 'gpt-4o', key: 'first', caller: 'aaa' }),
  entry(2, {
    model: 'gpt-4o',
    done: { outcome: 'refused', status: 429 },
    error: { code: 'rate_limit_exceeded', message: 'Later.' },
  }),
  entry(3, { model: 'gpt-4o-mini', attempt: 2, stream: true, caller: 'aaa' }),
  entry(4, { model: 'gpt-4o', fault: 'reset', done: { outcome: 'failed', status: 0 } }),
  entry(5, {
    method: 'GET',
    path: '/v1/models?after=x',
    endpoint: 'models',
    done: { status: 503, outcome: 'refused' },
    fault: 'overloaded',
  }),
  entry(6, { model: 'o3', stream: true, done: { outcome: 'hung-up' } }),
]

test.each<[RequestFilter, number[]]>([
  [{}, [1, 2, 3, 4, 5, 6]],
  [{ requestId: 'req_3' }, [3]],
  [{ key: 'first' }, [1]],
  [{ caller: 'aaa' }, [1, 3]],
  [{ model: 'gpt-4o' }, [1, 2, 4]],
  [{ model: ['o3', 'gpt-4o-mini'] }, [3, 6]],
  [{ endpoint: 'models' }, [5]],
  [{ path: '/v1/models' }, [5]],
  [{ path: '/v1/*' }, [1, 2, 3, 4, 5, 6]],
  [{ path: '/v1/chat*', stream: true }, [3, 6]],
  [{ method: 'GET' }, [5]],
  [{ status: 429 }, [2]],
  [{ status: ['4xx', '5xx'] }, [2, 5]],
  [{ status: 0 }, [4]],
  [{ outcome: ['hung-up', 'failed'] }, [4, 6]],
  [{ code: 'rate_limit_exceeded' }, [2]],
  [{ fault: 'reset' }, [4]],
  [{ fault: true }, [4, 5]],
  [{ fault: false, model: 'gpt-4o' }, [1, 2]],
  [{ attempt: 2 }, [3]],
  [{ stream: false }, [1, 2, 4, 5]],
  [{ since: 4000 }, [4, 5, 6]],
  [{ since: new Date(5000) }, [5, 6]],
  [{ since: '1970-01-01T00:00:05.5Z' }, [6]],
  [{ after: 4 }, [5, 6]],
  [{ limit: 2 }, [5, 6]],
  [{ model: 'gpt-4o', limit: 1 }, [4]],
  [{ model: 'gpt-4o', outcome: 'hung-up' }, []],
])('%j are the requests %j, in code and in a URL', (filter, numbers) => {
  const found = (given: RequestFilter | Record<string, unknown>) =>
    select(entries, readFilter(given)).map(({ number }) => number)
  expect(found(filter)).toEqual(numbers)
  const texts = Object.entries(filter).map(([name, value]) => {
    const all = [value].flat().map(one => (one instanceof Date ? one.toISOString() : String(one)))
    return [name, all.length === 1 ? all[0] : all]
  })
  expect(found(Object.fromEntries(texts))).toEqual(numbers)
})

test.each<[Record<string, unknown>, string]>([
  [{ status: '9xx' }, 'status: "9xx" is not allowed; write a status, e.g. 429, or a hundred'],
  [{ status: 600 }, 'status: 600 is not allowed'],
  [{ outcome: 'fine' }, 'outcome: "fine" is not allowed; write open, ok, refused, hung-up, failed'],
  [{ attempt: 0 }, 'attempt: 0 is not allowed'],
  [{ stream: 'yes' }, 'stream: "yes" is not allowed; write true or false'],
  [{ since: 'yesterday' }, 'since: "yesterday" is not allowed; write ms since the epoch'],
  [{ after: -1 }, 'after: -1 is not allowed'],
  [{ limit: '0' }, 'limit: "0" is not allowed; write a whole number above 0'],
  [{ limit: 1.5 }, 'limit: 1.5 is not allowed'],
  [{ model: '' }, 'model: "" is not allowed; write a text'],
  [{ model: ['gpt-4o', 7] }, 'model: 7 is not allowed'],
  [{ fault: 7 }, 'fault: 7 is not allowed; write the name of a fault'],
  [{ colour: 'red' }, 'colour: there is no such filter; there are requestId, key, caller, model'],
  [{ constructor: 'x' }, 'constructor: there is no such filter'],
])('%j is refused in words', (given, words) => {
  expect(() => readFilter(given)).toThrow(OptionError)
  expect(() => readFilter(given)).toThrow(words)
})
