/** The mock's board: is it busy, does it keep its own pace, and what did it refuse? */
import type { Board, Panel, Target } from './board.ts'
import { mean, quantile, rate, share } from './promql.ts'

const scope = 'job=~"$job", instance=~"$instance"'

const requests = 'tokadence_mock_requests_total'
const tokens = 'tokadence_mock_tokens_total'
const ttft = 'tokadence_mock_time_to_first_token_seconds'
const itl = 'tokadence_mock_inter_token_latency_seconds'
const pacing = 'tokadence_mock_pacing_error_seconds'
const duration = 'tokadence_mock_request_duration_seconds'
const tokensPerSecond = 'suffix: tok/s'

function only(expr: string, legend = ''): readonly Target[] {
  return [{ expr, legend }]
}

function percentiles(histogram: string): readonly Target[] {
  return [
    ...[0.5, 0.95, 0.99].map(q => ({
      expr: quantile(q, histogram, scope),
      legend: `p${q * 100}`,
    })),
    { expr: mean(histogram, scope), legend: 'mean' },
  ]
}

function stat(panel: Omit<Panel, 'kind' | 'width'>): Panel {
  return { kind: 'stat', width: 4, ...panel }
}

function curve(title: string, question: string, histogram: string): readonly Panel[] {
  return [
    {
      kind: 'lines',
      width: 12,
      title,
      question,
      unit: 's',
      targets: percentiles(histogram),
    },
    {
      kind: 'heatmap',
      width: 12,
      title: `${title}: distribution`,
      question: 'Is it one population, or two that the percentiles blend?',
      unit: 's',
      targets: only(rate(`${histogram}_bucket`, scope, ['le']), '{{le}}'),
    },
  ]
}

export const mockBoard: Board = {
  name: 'mock',
  title: 'Tokadence / Mock',
  description:
    'The mock provider: traffic, the pace it kept against the pace it planned, limits, hang-ups, and its own process.',
  from: 'now-15m',
  phaseSelector: 'phase="steady"',
  variables: [
    {
      kind: 'query',
      name: 'job',
      label: 'Job',
      help: 'Prometheus job of the mock.',
      query: 'label_values(tokadence_mock_info, job)',
    },
    {
      kind: 'query',
      name: 'instance',
      label: 'Instance',
      help: 'One mock server, or all of them.',
      query: 'label_values(tokadence_mock_info{job=~"$job"}, instance)',
    },
  ],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat({
          title: 'Mocks up, by version',
          question: 'How many mock servers answer their scrapes, and which version are they?',
          unit: 'short',
          targets: [
            {
              expr: `count by (version) (tokadence_mock_info{${scope}})`,
              legend: '{{version}}',
              instant: true,
            },
          ],
        }),
        stat({
          title: 'Requests',
          question: 'How many requests a second does it answer, refusals included?',
          unit: 'reqps',
          targets: only(rate(requests, scope)),
        }),
        stat({
          title: 'Output tokens',
          question: 'How many tokens a second does it say?',
          unit: tokensPerSecond,
          targets: only(rate(tokens, `${scope}, kind="output"`)),
        }),
        stat({
          title: 'Replies being played',
          question: 'How many replies are being played right now, streamed or not?',
          unit: 'short',
          targets: only(`sum(tokadence_mock_streams_active{${scope}})`),
        }),
        stat({
          title: 'TTFT p95',
          question:
            'How long do 95 of 100 streams wait for their first content, seen by the server?',
          unit: 's',
          targets: only(quantile(0.95, ttft, scope)),
        }),
        stat({
          title: 'ITL p95',
          question: 'How long is the gap between two content chunks at the 95th percentile?',
          unit: 's',
          targets: only(quantile(0.95, itl, scope)),
        }),
        stat({
          title: 'Pacing error p99',
          question:
            'How late against its own plan is the mock? While this is red, measured latencies are partly the mock’s own.',
          unit: 's',
          targets: only(quantile(0.99, pacing, scope)),
          thresholds: [
            ['green', null],
            ['orange', 0.01],
            ['red', 0.05],
          ],
        }),
        stat({
          title: 'Rate limited',
          question: 'What share of requests is answered 429?',
          unit: 'percentunit',
          targets: only(share(rate(requests, `${scope}, status="429"`), rate(requests, scope))),
        }),
        stat({
          title: 'Server errors',
          question: 'What share of requests is answered 5xx, injected faults included?',
          unit: 'percentunit',
          targets: only(share(rate(requests, `${scope}, status=~"5.."`), rate(requests, scope))),
        }),
        stat({
          title: 'Client hang-ups',
          question: 'How many clients a second leave before their answer is complete?',
          unit: 'cps',
          targets: only(`${rate('tokadence_mock_client_disconnects_total', scope)} or vector(0)`),
        }),
        stat({
          title: 'Internal errors',
          question: 'Has the mock itself failed since it started? Anything but 0 is a bug of ours.',
          unit: 'short',
          targets: only(`sum(tokadence_mock_internal_errors_total{${scope}})`),
          thresholds: [
            ['green', null],
            ['red', 1],
          ],
        }),
        stat({
          title: 'Event loop lag',
          question: 'Is the mock’s one thread held up? Every stream is late by as much.',
          unit: 's',
          targets: only(`max(tokadence_mock_event_loop_lag_seconds{${scope}})`),
          thresholds: [
            ['green', null],
            ['orange', 0.02],
            ['red', 0.1],
          ],
        }),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        {
          kind: 'stack',
          width: 12,
          title: 'Requests by status',
          question: 'What is answered, and how does the mix move?',
          unit: 'reqps',
          targets: only(rate(requests, scope, ['status']), '{{status}}'),
        },
        {
          kind: 'stack',
          width: 12,
          title: 'Requests by endpoint',
          question: 'Which part of the API is used?',
          unit: 'reqps',
          targets: only(rate(requests, scope, ['endpoint']), '{{endpoint}}'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Concurrency',
          question:
            'How many requests are open, and how many of them are being answered token by token?',
          unit: 'short',
          targets: [
            { expr: `sum(tokadence_mock_requests_in_flight{${scope}})`, legend: 'in flight' },
            { expr: `sum(tokadence_mock_streams_active{${scope}})`, legend: 'being played' },
          ],
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Tokens',
          question: 'How many tokens a second come in as prompts and go out as answers?',
          unit: tokensPerSecond,
          targets: only(rate(tokens, scope, ['kind']), '{{kind}}'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Pace of one stream',
          question: 'How many chunks a second does a running stream get, on average?',
          unit: 'cps',
          targets: only(
            `${rate(`${itl}_count`, scope)} / ${rate(`${itl}_sum`, scope)}`,
            'chunks a second',
          ),
        },
      ],
    },
    {
      title: 'Pace',
      panels: [
        ...curve(
          'Pacing error',
          'How far behind its planned instant is each chunk written? This is the mock’s own error bar.',
          pacing,
        ),
        ...curve(
          'Time to first token',
          'How long does a stream take to its first content, as the server did it?',
          ttft,
        ),
        ...curve(
          'Inter-token latency',
          'How long are the gaps between content chunks, as the server did them?',
          itl,
        ),
        ...curve(
          'Request duration',
          'How long does a whole request take, from its arrival to its last byte?',
          duration,
        ),
      ],
    },
    {
      title: 'Limits and hang-ups',
      panels: [
        {
          kind: 'stack',
          width: 8,
          title: 'Refused by limit',
          question: 'Which limit turns requests away: requests or tokens a minute, or concurrency?',
          unit: 'reqps',
          targets: only(rate('tokadence_mock_rate_limited_total', scope, ['limit']), '{{limit}}'),
        },
        {
          kind: 'stack',
          width: 8,
          title: 'Hang-ups by stage',
          question: 'When do clients leave: before the first byte, or in mid-stream?',
          unit: 'cps',
          targets: only(
            rate('tokadence_mock_client_disconnects_total', scope, ['stage']),
            '{{stage}}',
          ),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Shares of 4xx and 5xx',
          question: 'What share of requests fails, by whose fault?',
          unit: 'percentunit',
          max: 1,
          targets: [
            {
              expr: share(rate(requests, `${scope}, status=~"4.."`), rate(requests, scope)),
              legend: '4xx',
            },
            {
              expr: share(rate(requests, `${scope}, status=~"5.."`), rate(requests, scope)),
              legend: '5xx',
            },
          ],
        },
      ],
    },
    {
      title: 'Capacity and faults',
      panels: [
        {
          kind: 'lines',
          width: 8,
          title: 'Slots and queue',
          question:
            'Is the engine full, and how many requests wait for it? Without a capacity all are 0.',
          unit: 'short',
          targets: [
            { expr: `sum(tokadence_mock_slots{${scope}})`, legend: 'slots' },
            { expr: `sum(tokadence_mock_slots_used{${scope}})`, legend: 'in a slot' },
            { expr: `sum(tokadence_mock_queue_length{${scope}})`, legend: 'waiting' },
            { expr: `sum(tokadence_mock_queue_limit{${scope}})`, legend: 'may wait' },
          ],
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Waited for a slot',
          question:
            'How many seconds do requests that got their slot in a second have waited, together?',
          unit: 's',
          targets: only(rate('tokadence_mock_queue_wait_seconds_sum', scope), 'waited'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'KV cache',
          question: 'How many tokens does the KV cache hold, of how many?',
          unit: 'short',
          targets: [
            { expr: `sum(tokadence_mock_kv_tokens_used{${scope}})`, legend: 'held' },
            { expr: `sum(tokadence_mock_kv_tokens{${scope}})`, legend: 'room' },
          ],
        },
        {
          kind: 'stack',
          width: 6,
          title: 'Faults by name',
          question: 'What goes wrong on purpose? It counts apart from what is really broken.',
          unit: 'reqps',
          targets: only(rate('tokadence_mock_faults_total', scope, ['fault']), '{{fault}}'),
        },
        {
          kind: 'lines',
          width: 6,
          title: 'Answers given again',
          question:
            'How often does a client ask for the same once more, under its Idempotency-Key?',
          unit: 'reqps',
          targets: only(rate('tokadence_mock_idempotent_replays_total', scope), 'given again'),
        },
        {
          kind: 'lines',
          width: 6,
          title: 'Limits in force',
          question: 'What may each key and model ask for? A limit that is not set is not shown.',
          unit: 'short',
          targets: only(`max by (limit) (tokadence_mock_limit{${scope}})`, '{{limit}}'),
        },
        {
          kind: 'lines',
          width: 6,
          title: "The server's clock",
          question: 'How far is its time from ours? With a manual clock, as far as it was told.',
          unit: 's',
          targets: only(
            `max(tokadence_mock_clock_timestamp_seconds{${scope}}) - time()`,
            'ahead of ours',
          ),
        },
      ],
    },
    {
      title: 'The process',
      panels: [
        {
          kind: 'lines',
          width: 8,
          title: 'Event loop lag, by instance',
          question: 'Which mock is held up, and when?',
          unit: 's',
          targets: only(`tokadence_mock_event_loop_lag_seconds{${scope}}`, '{{instance}}'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Resident memory',
          question: 'Does memory come back after a burst?',
          unit: 'bytes',
          targets: only(`tokadence_mock_resident_memory_bytes{${scope}}`, '{{instance}}'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Internal errors, by instance',
          question: 'When did the mock itself fail? This curve should stay flat at 0.',
          unit: 'short',
          targets: only(`tokadence_mock_internal_errors_total{${scope}}`, '{{instance}}'),
        },
      ],
    },
  ],
}
