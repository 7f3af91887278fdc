/** The trials: what the server does wrong, and what a client that is right makes of it. */

export interface Trial {
  readonly name: string
  readonly group: Group
  /** What the server does. */
  readonly does: string
  /** The server's fault rule; empty: none. */
  readonly rule: string
  /** How many requests it strikes, whatever they say of themselves; undefined: all. */
  readonly first?: number | undefined
  /** The very bytes of the stream, instead of a rule. */
  readonly bytes?: string | undefined
  readonly expects: Expectation
  /** All of the answer, as far as it was sent; the prompt asks for `ANSWER`. */
  readonly text: string
  /** Whether nothing comes for so long that only a time-out can end it. */
  readonly isSilent: boolean
  /** Whether time is judged: it is run where nothing else is going on. */
  readonly isTimed: boolean
  /** When the client is told to stop, ms; undefined: never. */
  readonly stopAfterMs?: number
  /** How long it is watched, ms; undefined: as long as the run's own patience. */
  readonly watchMs?: number
}

export type Group =
  | 'nothing wrong'
  | 'cut off'
  | 'no answer'
  | 'refused for good'
  | 'refused for now'
  | 'silent'
  | 'odd but whole'
  | 'stopped by its user'

/**
 * whole: the whole text, and no error; error: an error, whatever came before it; either: the one or the other, but no
 * part taken for the whole; once: an error, and one send only; again: the whole text, after a wait of at least
 * `waitMs` in all; later: no second send while it was watched; stop: over at once, and the connection closed.
 */
export type Expectation =
  | { readonly kind: 'whole' | 'error' | 'either' | 'once' | 'later' | 'stop' }
  | { readonly kind: 'again'; readonly waitMs: number }

export const ANSWER = 'one two three four five six'
export const PROMPT = `Reply with exactly this text: ${ANSWER}`

/** What is right, in words. */
export const rights: Readonly<Record<Expectation['kind'], string>> = {
  whole: 'the whole text',
  error: 'an error',
  either: 'the whole text, or an error',
  once: 'an error, sent once',
  again: 'sent again, then the whole text',
  later: 'an error or a wait, but no second send before its time',
  stop: 'over at once',
}

type More = Partial<
  Pick<
    Trial,
    'rule' | 'first' | 'bytes' | 'text' | 'isSilent' | 'isTimed' | 'stopAfterMs' | 'watchMs'
  >
>

/** The rule as `--fault` and `x-tokadence-fault` take it. */
export function ruleText({ rule, first }: Pick<Trial, 'rule' | 'first'>): string {
  return first === undefined || rule === '' ? rule : `${rule};first=${first}`
}

function trial(
  group: Group,
  expects: Expectation,
  name: string,
  does: string,
  more: More = {},
): Trial {
  return {
    name,
    group,
    does,
    expects,
    rule: name,
    text: ANSWER,
    isSilent: false,
    isTimed: false,
    ...more,
  }
}

/** A retry is no sooner than this, of two: a back-off that is none shows, a small draw of jitter does not. */
const BACK_OFF_MS = 300

const cut = (name: string, does: string) => trial('cut off', { kind: 'error' }, name, does)
const noAnswer = (name: string, does: string) => trial('no answer', { kind: 'error' }, name, does)
const forGood = (name: string, does: string) =>
  trial('refused for good', { kind: 'once' }, name, does)
const forNow = (name: string, does: string, rule = name, { waitMs = 0, first = 1 } = {}) =>
  trial('refused for now', { kind: 'again', waitMs }, name, does, {
    rule,
    first,
    isTimed: waitMs > 0,
  })
const silent = (
  name: string,
  does: string,
  kind: 'either' | 'error' | 'whole',
  first?: number | undefined,
) => trial('silent', { kind }, name, does, { isSilent: true, isTimed: true, first })
const odd = (name: string, does: string, text = ANSWER) =>
  trial('odd but whole', { kind: 'whole' }, name, does, { text })

const wait = (name: string, retryAfter: string, waitMs: number, does: string, first = 1) =>
  forNow(name, does, `rate-limit;retry-after=${retryAfter}`, { waitMs, first })

/** The last word and the finish reason are in an event without its blank line, and no [DONE] follows. */
function unended(): string {
  const words = ANSWER.split(/(?= )/)
  const head = {
    id: 'chatcmpl-0',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'gpt-4o-mini',
  }
  const events = words.map((content, i) => {
    const finish_reason = i === words.length - 1 ? 'stop' : null
    const choices = [{ index: 0, delta: { role: 'assistant', content }, finish_reason }]
    return `data: ${JSON.stringify({ ...head, choices })}`
  })
  return events.join('\n\n')
}

export const trials: readonly Trial[] = [
  trial('nothing wrong', { kind: 'whole' }, 'none', 'answers as it should', { rule: '' }),

  cut('truncate', 'ends properly after three words: no finish reason, no [DONE]'),
  cut('reset-mid-stream', 'resets the connection after three words'),
  cut('close-mid-stream', 'closes the connection after three words'),
  cut('error-event', 'sends an error after three words'),
  cut('error-event-flat', 'sends an error after three words, its fields without a wrapper'),
  cut('error-event-named', 'sends an error after three words, in an event named error'),
  cut('malformed-json', 'sends half of the JSON of an event'),
  trial('cut off', { kind: 'either' }, 'done-in-middle', 'sends [DONE] after three words'),

  noAnswer('error-200', 'sends an error as JSON, with status 200'),
  noAnswer('html-200', 'sends a page of HTML, with status 200'),
  noAnswer('empty-200', 'sends nothing, with status 200'),
  trial('no answer', { kind: 'either' }, 'wrong-content-type', 'calls the stream text/plain'),
  trial('no answer', { kind: 'either' }, 'false-gzip', 'calls plain text gzip'),

  forGood('http-400', 'refuses with 400'),
  forGood('http-401', 'refuses with 401'),
  forGood('http-403', 'refuses with 403'),
  forGood('http-404', 'refuses with 404'),
  forGood('insufficient-quota', 'refuses with 429 insufficient_quota'),

  forNow('http-408', 'refuses once with 408'),
  forNow('http-500', 'refuses once with 500'),
  forNow('http-502', 'refuses once with 502 and a page of HTML'),
  forNow('overloaded', 'refuses once with 503 server_is_overloaded'),
  forNow('http-529', 'refuses once with 529'),
  forNow('reset-before-headers', 'resets the connection once, before a byte'),
  forNow('close-before-headers', 'closes the connection once, before a byte'),
  forNow('connection-refused', 'cannot be connected to for 300 ms', 'connection-refused;for=300ms'),
  wait('retry-after', '1s', 950, 'answers 429 once, retry-after: 1'),
  wait('retry-after-date', 'date:2s', 900, 'answers 429 once, retry-after: a date 2 s ahead'),
  wait(
    'retry-after-past',
    'past',
    BACK_OFF_MS,
    'answers 429 twice, retry-after: a date that is past',
    2,
  ),
  wait('retry-after-garbage', 'garbage', BACK_OFF_MS, 'answers 429 twice, retry-after: soon', 2),
  wait('retry-after-negative', 'negative', BACK_OFF_MS, 'answers 429 twice, retry-after: -5', 2),
  trial('refused for now', { kind: 'later' }, 'retry-after-long', 'answers 429, retry-after: 61', {
    rule: 'rate-limit;retry-after=61s',
    isTimed: true,
    watchMs: 3000,
  }),

  silent('hang-before-headers', 'is silent once', 'either', 1),
  silent('hang-after-headers', 'is silent once after its headers', 'either', 1),
  silent('stall', 'is silent after three words', 'error'),
  silent('open-after-done', 'sends all and [DONE], and leaves the connection open', 'whole'),

  trial(
    'odd but whole',
    { kind: 'either' },
    'unended-last-event',
    'ends inside of its last event, behind its JSON',
    {
      rule: '',
      bytes: unended(),
    },
  ),
  odd('no-done', 'leaves out [DONE]'),
  odd('no-last-chunk', 'closes the connection behind [DONE] without the last HTTP chunk'),
  odd('no-final-blank-line', 'ends without the last blank line'),
  odd('done-twice', 'sends [DONE] twice'),
  odd('usage-twice', 'sends the usage twice'),
  odd('empty-data', 'sends an event whose data is empty'),
  odd('empty-event', 'sends blank lines, and a named event without data'),
  odd('ping-event', 'sends an event named ping'),
  odd('unknown-event', 'sends an event of a type that nobody knows'),
  odd('unknown-fields', 'sends id:, retry: and a field that nobody knows'),
  odd('choices-null', 'sends a chunk with choices: null', 'one two three five six'),
  odd('choices-empty', 'sends a chunk with choices: []', 'one two three five six'),
  odd('utf8-split', 'cuts a character in four', 'one two three four🦜 five six'),
  odd('crlf', 'ends lines in CR LF'),
  odd('cr', 'ends lines in CR'),
  odd('bom', 'begins with a byte order mark'),
  odd('no-space', 'leaves out the space behind data:'),
  odd('multi-line-data', 'spreads each JSON over several data: lines'),
  odd('line-separator', 'has U+2028 and U+0085 in its JSON'),
  odd('long-line', 'sends a line of 1 MB'),
  odd('comments', 'sends comments'),
  odd('byte-by-byte', 'sends one byte at a time'),
  odd('one-write', 'sends all in one write'),
  odd('no-content-type', 'names no content type'),
  odd('gzip', 'compresses, asked for or not'),

  trial(
    'stopped by its user',
    { kind: 'stop' },
    'stop-while-waiting',
    'answers 429, retry-after: 5',
    {
      rule: 'rate-limit;retry-after=5s',
      isTimed: true,
      stopAfterMs: 500,
      watchMs: 1500,
    },
  ),
  trial('stopped by its user', { kind: 'stop' }, 'stop-mid-stream', 'is silent after three words', {
    rule: 'stall',
    isTimed: true,
    stopAfterMs: 500,
    watchMs: 1500,
  }),
]
