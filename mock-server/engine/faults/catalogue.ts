/**
 * The catalogue of faults: each name, what is seen on the wire, what the `openai` package makes of it, what a rule may
 * say of it. Data only, read at start-up; what they do is in `acts.ts`, loaded with the first that strikes.
 */
import type { FaultKind, Surface } from './fault.ts'

const WITH_CHOICES: readonly Surface[] = ['chat.completions', 'completions']
const WITH_TEXT: readonly Surface[] = [...WITH_CHOICES, 'responses', 'messages']

const catalogue = {
  'http-400': {
    wire: "Status 400 with the API's JSON error.",
    client: 'BadRequestError at once; it is not sent again.',
    parameters: ['retry-after', 'body'],
  },
  'http-401': {
    wire: "Status 401 with the API's JSON error.",
    client: 'AuthenticationError, code invalid_api_key at once; it is not sent again.',
    parameters: ['retry-after', 'body'],
  },
  'http-403': {
    wire: "Status 403 with the API's JSON error.",
    client: 'PermissionDeniedError at once; it is not sent again.',
    parameters: ['retry-after', 'body'],
  },
  'http-404': {
    wire: "Status 404 with the API's JSON error.",
    client: 'NotFoundError, code model_not_found at once; it is not sent again.',
    parameters: ['retry-after', 'body'],
  },
  'http-408': {
    wire: "Status 408 with the API's JSON error.",
    client: 'APIError after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-409': {
    wire: "Status 409 with the API's JSON error.",
    client: 'ConflictError after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-429': {
    wire: "Status 429 with the API's JSON error.",
    client:
      'RateLimitError, code rate_limit_exceeded, after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-500': {
    wire: "Status 500 with the API's JSON error.",
    client: 'InternalServerError after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-502': {
    wire: 'Status 502 with the HTML page of a proxy.',
    client: 'InternalServerError without a code after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-503': {
    wire: "Status 503 with the API's JSON error.",
    client:
      'InternalServerError, code server_is_overloaded, after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-504': {
    wire: 'Status 504 with the HTML page of a proxy.',
    client: 'InternalServerError without a code after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'http-529': {
    wire: "Status 529 with the API's JSON error.",
    client:
      'InternalServerError, code server_is_overloaded, after three sends, with a back-off between them.',
    parameters: ['retry-after', 'body'],
  },
  'rate-limit': {
    wire: 'Status 429, code `rate_limit_exceeded`, with a `retry-after` of 1 s unless told otherwise.',
    client: 'RateLimitError after three sends; waits as long as it is told to.',
    parameters: ['retry-after'],
  },
  'slow-down': {
    wire: 'Status 429, code `slow_down`, with a `retry-after` of 1 s unless told otherwise.',
    client: 'RateLimitError after three sends; waits as long as it is told to.',
    parameters: ['retry-after'],
  },
  'insufficient-quota': {
    wire: 'Status 429, code `insufficient_quota`, without a wait.',
    client: 'RateLimitError after three sends, though sending again is of no use.',
    parameters: ['retry-after'],
  },
  overloaded: {
    wire: 'Status 503, code `server_is_overloaded`, without a wait unless told otherwise.',
    client: 'InternalServerError after three sends, with a back-off between them.',
    parameters: ['retry-after'],
  },
  'error-200': {
    wire: "Status 200 with the API's JSON error as its body.",
    client: 'No error: a completion without `choices`, a stream without a chunk.',
    parameters: [],
  },
  'html-200': {
    wire: 'Status 200 with an HTML page.',
    client: 'No error: the page as a text where a completion was to be, a stream without a chunk.',
    parameters: [],
  },
  'empty-200': {
    wire: 'Status 200, `application/json`, and no body.',
    client: 'No error: undefined for a completion, a stream without a chunk.',
    parameters: [],
  },
  'reset-before-headers': {
    wire: 'A TCP reset when the request was read, and no byte.',
    client: 'APIConnectionError after three sends.',
    parameters: [],
  },
  'close-before-headers': {
    wire: 'The connection is closed (FIN) when the request was read, without a byte.',
    client: 'APIConnectionError after three sends.',
    parameters: [],
  },
  'connection-refused': {
    wire: 'A TCP reset when the request was read; then nobody listens for 1 s, or as long as `for` says, and every connection is refused.',
    client: 'APIConnectionError after three sends, if nobody listens that long.',
    parameters: ['for'],
  },
  'hang-before-headers': {
    wire: 'Nothing, for as long as `for` says or until the client goes; then the answer as ever.',
    client: 'APIConnectionTimeoutError after three sends, each as long as `timeout`.',
    parameters: ['for'],
  },
  'hang-after-headers': {
    wire: 'The headers; then nothing, for as long as `for` says or until the client goes.',
    client: 'Waits without end: `timeout` is over with the headers.',
    parameters: ['for'],
  },
  'reset-mid-stream': {
    wire: 'A TCP reset after `token` pieces of content, or half of a body.',
    client: 'TypeError (terminated) from the loop over the stream, or from the call; no retry.',
    parameters: ['token'],
  },
  'close-mid-stream': {
    wire: 'The connection is closed (FIN) after `token` pieces of content, or half of a body, within HTTP framing.',
    client: 'TypeError (terminated) from the loop over the stream, or from the call; no retry.',
    parameters: ['token'],
  },
  stall: {
    wire: 'Nothing after `token` pieces of content, or half of a body, for as long as `for` says or until the client goes.',
    client: 'Waits: `timeout` is over with the headers.',
    parameters: ['token', 'for'],
  },
  truncate: {
    wire: 'The stream ends after `token` pieces of content: no finish reason, no `[DONE]`, but a proper end of the HTTP body.',
    client: 'No error: the loop over the stream ends as if all were said.',
    parameters: ['token'],
    only: 'streams',
  },
  'error-event': {
    wire: "An error after `token` pieces of content, as the endpoint says it: `{ error: { … } }`; then the stream's end.",
    client: 'APIError without a status from the loop over the stream; no retry.',
    parameters: ['token'],
    only: 'streams',
  },
  'error-event-flat': {
    wire: "An error after `token` pieces of content whose fields stand beside each other; then the stream's end.",
    client: 'No error in a chat: the object comes out of the loop as if it were a chunk.',
    parameters: ['token'],
    only: 'streams',
  },
  'error-event-named': {
    wire: "An error after `token` pieces of content, in an event named `error`; then the stream's end.",
    client: 'APIError without a status from the loop over the stream; no retry.',
    parameters: ['token'],
    only: 'streams',
  },
  'response-failed': {
    wire: '`response.failed` after `token` pieces of content, code `server_error`; then the end of the stream.',
    client: 'No error: the event comes out of the loop like any other.',
    parameters: ['token'],
    only: 'streams',
    endpoints: ['responses'],
  },
  'open-after-done': {
    wire: 'The whole stream, `[DONE]` too; but neither the body nor the connection ends.',
    client: 'Waits after the last chunk until it is told to stop.',
    parameters: [],
    only: 'streams',
  },
  'no-last-chunk': {
    wire: 'The whole body in HTTP chunks; then the connection is closed without the empty chunk that ends them.',
    client: 'TypeError (terminated) after the last chunk of a stream, or from the call; no retry.',
    parameters: [],
  },
  'no-done': {
    wire: 'The whole stream without its `[DONE]`.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
    endpoints: WITH_CHOICES,
  },
  'malformed-json': {
    wire: 'Half of the JSON of one event after `token` pieces of content, as if it were all. Of a body that is not streamed its first half.',
    client: 'SyntaxError from the loop over the stream, or from the call; no retry.',
    parameters: ['token'],
  },
  'duplicate-event': {
    wire: 'One event twice, after `token` pieces of content.',
    client: 'No error: the piece comes twice.',
    parameters: ['token'],
    only: 'streams',
  },
  'empty-data': {
    wire: 'An event more whose data is empty, after `token` pieces of content.',
    client: 'SyntaxError from the loop over the stream; what follows is lost.',
    parameters: ['token'],
    only: 'streams',
  },
  'empty-event': {
    wire: 'Three blank lines, and an event of a name and no data, after `token` pieces of content.',
    client: 'SyntaxError from the loop over the stream; what follows is lost.',
    parameters: ['token'],
    only: 'streams',
  },
  'ping-event': {
    wire: 'An event named `ping` whose data is `{}`, after `token` pieces of content.',
    client: 'No error: an object without `choices` comes out of the loop.',
    parameters: ['token'],
    only: 'streams',
  },
  'unknown-event': {
    wire: 'An event of a type that nobody knows, after `token` pieces of content.',
    client: 'No error: the object comes out of the loop as if it were a chunk.',
    parameters: ['token'],
    only: 'streams',
  },
  'unknown-fields': {
    wire: 'Lines of `id:`, `retry:` and of a field that nobody knows in each event.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'choices-null': {
    wire: '`choices: null` in one chunk after `token` pieces of content, or in the completion.',
    client: 'No error of its own: reading `choices[0]` throws a TypeError.',
    parameters: ['token'],
    endpoints: WITH_CHOICES,
  },
  'choices-empty': {
    wire: '`choices: []` in one chunk after `token` pieces of content, or in the completion.',
    client: 'No error: `choices[0]` is undefined.',
    parameters: ['token'],
    endpoints: WITH_CHOICES,
  },
  'no-finish-reason': {
    wire: 'A stream that never says why it ends: `finish_reason: null`, or no `response.completed`.',
    client: 'No error from the loop over the stream. `.stream()` helpers throw an OpenAIError.',
    parameters: [],
    only: 'streams',
    endpoints: WITH_TEXT,
  },
  'usage-twice': {
    wire: 'The usage chunk twice at the end, asked for or not.',
    client: 'No error: who adds usage up counts it twice.',
    parameters: [],
    only: 'streams',
    endpoints: WITH_CHOICES,
  },
  'done-in-middle': {
    wire: '`[DONE]` after `token` pieces of content; then the rest, to its own end.',
    client: 'No error: the loop ends there, and what follows is lost.',
    parameters: ['token'],
    only: 'streams',
  },
  'done-twice': {
    wire: '`[DONE]` twice at the end; once where the endpoint has none.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'utf8-split': {
    wire: 'A 🦜 more in the text after `token` pieces of content, each of its four bytes in a write of its own, 2 ms apart.',
    client: 'No difference. The 🦜 is whole.',
    parameters: ['token'],
    endpoints: WITH_TEXT,
  },
  crlf: {
    wire: 'Lines end in CR LF.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  cr: {
    wire: 'Lines end in CR alone.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  bom: {
    wire: 'A byte order mark (EF BB BF) before the first byte.',
    client: 'No difference.',
    parameters: [],
  },
  'no-space': {
    wire: '`data:` without a space behind it.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'multi-line-data': {
    wire: "Each event's JSON over several `data:` lines.",
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'line-separator': {
    wire: 'U+2028 and U+0085 in the JSON of each event, as themselves: no line ends in an event stream.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'long-line': {
    wire: 'A line of 1 MB, or as long as `size` says, after `token` pieces of content.',
    client: 'No difference.',
    parameters: ['token', 'size'],
    only: 'streams',
  },
  comments: {
    wire: 'A comment line before each event and one inside of it.',
    client: 'No difference.',
    parameters: [],
    only: 'streams',
  },
  'byte-by-byte': {
    wire: 'One byte a write, and an HTTP chunk of its own.',
    client: 'No difference.',
    parameters: [],
  },
  'one-write': {
    wire: 'The headers when they are due; then the whole stream in one write, when its last event is due.',
    client: 'No difference. All pieces come at once.',
    parameters: [],
    only: 'streams',
  },
  'no-final-blank-line': {
    wire: 'The stream ends right behind its last event, without the blank line that ends it.',
    client:
      'The last event is dropped: `[DONE]` of a chat, which makes no difference; `response.completed` of a response.',
    parameters: [],
    only: 'streams',
  },
  'wrong-content-type': {
    wire: 'The right body, as `text/plain`.',
    client: 'A stream: no difference. Else the body as a text, and no error.',
    parameters: [],
  },
  'no-content-type': {
    wire: 'The right body without a content type.',
    client: 'A stream: no difference. Else the body as a text, and no error.',
    parameters: [],
  },
  gzip: {
    wire: 'Compressed with gzip, event by event, whether the client takes that or not.',
    client: 'No difference.',
    parameters: [],
  },
  'false-gzip': {
    wire: '`content-encoding: gzip` over a body that is not compressed.',
    client: 'TypeError (terminated) from the loop over the stream, or from the call; no retry.',
    parameters: [],
  },
  'length-too-long': {
    wire: '`content-length` is 100 bytes more than the body has; then the connection is closed.',
    client: 'TypeError (terminated) from the call; no retry.',
    parameters: [],
    only: 'whole',
  },
  'length-too-short': {
    wire: '`content-length` is half of what the body has.',
    client: 'SyntaxError: the body is cut where the header says.',
    parameters: [],
    only: 'whole',
  },
} satisfies Readonly<Record<string, FaultKind>>

export type FaultName = keyof typeof catalogue

export const faultCatalogue: Readonly<Record<FaultName, FaultKind>> = catalogue
export const faultNames = Object.keys(catalogue) as readonly FaultName[]

/** `http-` and any status from 400 to 599 is a fault too, in the catalogue or not. */
export function faultKindOf(name: string): FaultKind | undefined {
  if (Object.hasOwn(catalogue, name)) return catalogue[name as FaultName]
  const status = /^http-([45]\d\d)$/.exec(name)?.[1]
  if (status === undefined) return undefined
  const client =
    Number(status) >= 500
      ? 'InternalServerError after three sends, with a back-off between them.'
      : 'APIError at once; it is not sent again.'
  const wire = `Status ${status} with the API's JSON error.`
  return { wire, client, parameters: ['retry-after', 'body'] }
}
