/** The bench's board: what the load was, what the clients saw, and whether the generator kept up. */
import type { Board, Panel, Target } from './board.ts'
import { mean, quantile, rate, total, totalQuantile, within } from './promql.ts'

const scope = 'job=~"$job", run_id=~"$run_id"'
const byRun = ['run_id'] as const

const requests = 'tokadence_bench_requests_total'
const attempts = 'tokadence_bench_attempts_total'
const tokens = 'tokadence_bench_tokens_total'
const ttfb = 'tokadence_bench_time_to_first_byte_seconds'
const ttft = 'tokadence_bench_time_to_first_token_seconds'
const itl = 'tokadence_bench_inter_token_latency_seconds'
const tpot = 'tokadence_bench_time_per_output_token_seconds'
const duration = 'tokadence_bench_request_duration_seconds'
const lag = 'tokadence_bench_schedule_lag_seconds'
const ttftFromDue = 'tokadence_bench_time_to_first_token_from_due_seconds'
const response = 'tokadence_bench_response_time_seconds'
const prelude = 'tokadence_bench_prelude_seconds'
const tokensPerSecond = 'suffix: tok/s'

/** Edges of the histograms (see base/buckets.ts), so that a share under one of them is exact. */
export const ttftTargetsSeconds = [0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5] as const
export const tpotTargetsSeconds = [0.005, 0.01, 0.02, 0.025, 0.03, 0.04, 0.05, 0.1, 0.2] as const

function only(expr: string, legend: string): readonly Target[] {
  return [{ expr, legend }]
}

function atEnd(expr: string): readonly Target[] {
  return [{ expr, legend: '{{run_id}}', instant: true }]
}

function percentiles(histogram: string): readonly Target[] {
  return [0.5, 0.95, 0.99].map(q => ({
    expr: quantile(q, histogram, scope, byRun),
    legend: `p${q * 100} {{run_id}}`,
  }))
}

function stat(panel: Omit<Panel, 'kind' | 'width' | 'targets'> & { expr: string }): Panel {
  const { expr, ...rest } = panel
  return { kind: 'stat', width: 4, ...rest, targets: atEnd(expr) }
}

function lines(title: string, question: string, histogram: string, width: number): Panel {
  return { kind: 'lines', width, title, question, unit: 's', targets: percentiles(histogram) }
}

function heatmap(title: string, question: string, histogram: string): Panel {
  return {
    kind: 'heatmap',
    width: 8,
    title: `${title}: distribution`,
    question,
    unit: 's',
    targets: only(rate(`${histogram}_bucket`, scope, ['le']), '{{le}}'),
  }
}

export const benchBoard: Board = {
  name: 'bench',
  title: 'Tokadence / Bench',
  description:
    'A load run, live and afterwards: load, outcomes, latencies as the client saw them, thresholds, and the generator’s own health. Several runs are shown side by side by run_id.',
  from: 'now-15m',
  phaseSelector: 'phase="steady", run_id=~"$run_id"',
  variables: [
    {
      kind: 'query',
      name: 'job',
      label: 'Job',
      help: 'Prometheus job of the bench.',
      query: 'label_values(tokadence_bench_run_info, job)',
    },
    {
      kind: 'query',
      name: 'run_id',
      label: 'Run',
      help: 'Runs within the time range; two of them make a comparison.',
      query: 'label_values(tokadence_bench_run_info{job=~"$job"}, run_id)',
    },
    {
      kind: 'choice',
      name: 'slo_ttft',
      label: 'TTFT target',
      help: 'Time to first token that counts as met, in seconds.',
      choices: ttftTargetsSeconds,
      initial: 0.5,
    },
    {
      kind: 'choice',
      name: 'slo_tpot',
      label: 'TPOT target',
      help: 'Time per output token that counts as met, in seconds.',
      choices: tpotTargetsSeconds,
      initial: 0.05,
    },
  ],
  rows: [
    {
      title: 'The run, from its start to its last scrape',
      panels: [
        stat({
          title: 'Requests finished',
          question: 'How large is the run, whatever the outcome?',
          unit: 'short',
          expr: total(requests, scope, byRun),
        }),
        stat({
          title: 'Share ok',
          question: 'What share of the requests came back whole and well?',
          unit: 'percentunit',
          expr: `${total(requests, `${scope}, outcome="ok"`, byRun)} / ${total(requests, scope, byRun)}`,
          thresholds: [
            ['red', null],
            ['orange', 0.95],
            ['green', 0.99],
          ],
        }),
        stat({
          title: 'TTFT p95',
          question: 'How long do 95 of 100 requests wait for their first content?',
          unit: 's',
          expr: totalQuantile(0.95, ttft, scope, byRun),
        }),
        stat({
          title: 'ITL p95',
          question: 'How long is the gap between two content chunks at the 95th percentile?',
          unit: 's',
          expr: totalQuantile(0.95, itl, scope, byRun),
        }),
        stat({
          title: 'TPOT p95',
          question: 'How slow is the slowest twentieth of requests, per output token?',
          unit: 's',
          expr: totalQuantile(0.95, tpot, scope, byRun),
        }),
        stat({
          title: 'Duration p95',
          question:
            'How long do 95 of 100 requests take from first send to last byte, retries included?',
          unit: 's',
          expr: totalQuantile(0.95, duration, scope, byRun),
        }),
        {
          kind: 'table',
          width: 24,
          title: 'Runs',
          question:
            'Which runs are in the time range, and how do they compare over their whole life?',
          unit: 'short',
          columns: [
            null,
            { name: 'Requests', unit: 'short' },
            { name: 'Share ok', unit: 'percentunit' },
            { name: 'TTFT p50', unit: 's' },
            { name: 'TTFT p99', unit: 's' },
            { name: 'ITL p50', unit: 's' },
            { name: 'ITL p99', unit: 's' },
            { name: 'Output tokens', unit: 'short' },
          ],
          targets: [
            `count by (run_id, version, model) (max_over_time(tokadence_bench_run_info{${scope}}[$__range]))`,
            total(requests, scope, byRun),
            `${total(requests, `${scope}, outcome="ok"`, byRun)} / ${total(requests, scope, byRun)}`,
            totalQuantile(0.5, ttft, scope, byRun),
            totalQuantile(0.99, ttft, scope, byRun),
            totalQuantile(0.5, itl, scope, byRun),
            totalQuantile(0.99, itl, scope, byRun),
            total(tokens, `${scope}, kind="output"`, byRun),
          ].map(expr => ({ expr, legend: '', instant: true })),
        },
      ],
    },
    {
      title: 'Load and outcome',
      panels: [
        {
          kind: 'stack',
          width: 8,
          title: 'Requests by outcome',
          question: 'How many requests a second end, and how?',
          unit: 'reqps',
          targets: only(rate(requests, scope, ['outcome']), '{{outcome}}'),
        },
        {
          kind: 'stack',
          width: 8,
          title: 'Attempts by outcome',
          question: 'How often are requests sent again, and how do those attempts end?',
          unit: 'reqps',
          targets: only(rate(attempts, scope, ['outcome']), '{{outcome}}'),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Share of each failure',
          question: 'Which failure is it, as a share of all requests?',
          unit: 'percentunit',
          targets: only(
            `${rate(requests, `${scope}, outcome!="ok"`, ['outcome'])} / ignoring (outcome) group_left () ${rate(requests, scope)}`,
            '{{outcome}}',
          ),
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Concurrency',
          question: 'How many requests are open, on how many connections?',
          unit: 'short',
          targets: [
            {
              expr: `sum by (run_id) (tokadence_bench_inflight_requests{${scope}})`,
              legend: 'in flight {{run_id}}',
            },
            {
              expr: `sum by (run_id) (tokadence_bench_connections{${scope}})`,
              legend: 'connections {{run_id}}',
            },
          ],
        },
        {
          kind: 'lines',
          width: 8,
          title: 'Tokens',
          question: 'How many tokens a second go out as prompts and come back as answers?',
          unit: tokensPerSecond,
          targets: only(rate(tokens, scope, ['kind', 'run_id']), '{{kind}} {{run_id}}'),
        },
        {
          kind: 'states',
          width: 8,
          title: 'Phase',
          question: 'Is the run warming up, measured, or done?',
          unit: 'short',
          words: ['', 'now'],
          thresholds: [
            ['transparent', null],
            ['blue', 1],
          ],
          targets: only(
            `max by (phase, run_id) (tokadence_bench_phase{${scope}})`,
            '{{phase}} {{run_id}}',
          ),
        },
      ],
    },
    {
      title: 'Latency, as the client saw it',
      panels: [
        lines(
          'Time to first token',
          'How long from send to the first chunk with content? A role-only chunk does not count.',
          ttft,
          8,
        ),
        lines(
          'Inter-token latency',
          'How long are the gaps between content chunks, pooled over requests? Stutter shows here.',
          itl,
          8,
        ),
        lines(
          'Request duration',
          'How long from the first send to the last byte, retries and back-off included?',
          duration,
          8,
        ),
        heatmap(
          'Time to first token',
          'Is there one population of first tokens, or a fast and a queued one?',
          ttft,
        ),
        heatmap(
          'Inter-token latency',
          'Are gaps regular, or do some chunks arrive in bursts after a pause?',
          itl,
        ),
        heatmap(
          'Request duration',
          'Is there one population of requests, or do retries make a second one?',
          duration,
        ),
        lines(
          'Time per output token',
          'How slow is each request on average, per output token after the first?',
          tpot,
          8,
        ),
        lines(
          'Time to first byte',
          'How long from send to the first byte of the response, before any content?',
          ttfb,
          8,
        ),
        {
          kind: 'stack',
          width: 8,
          title: 'Where a request’s time goes',
          question:
            'On average, is it waiting for the answer to begin, for the first token, or for the rest? Means over the runs shown; failed requests count only as far as they came.',
          unit: 's',
          targets: [
            { expr: mean(ttfb, scope), legend: 'to first byte' },
            {
              expr: `clamp_min(${mean(ttft, scope)} - ${mean(ttfb, scope)}, 0)`,
              legend: 'to first token',
            },
            {
              expr: `clamp_min(${mean(duration, scope)} - ${mean(ttft, scope)}, 0)`,
              legend: 'to last byte',
            },
          ],
        },
      ],
    },
    {
      title: 'From when it was due: what a user waits who comes whenever they like',
      panels: [
        lines(
          'Response time from due',
          'How long from when a request was due to its last byte, with every wait before its send?',
          response,
          6,
        ),
        lines(
          'First token from due',
          'How long from when a request was due to its first content, with every retry between?',
          ttftFromDue,
          6,
        ),
        lines(
          'Schedule lag',
          'How late does the bench itself send what is due? Empty in a closed loop.',
          lag,
          6,
        ),
        lines(
          'Prelude',
          'How long before the first content does a chunk without any arrive?',
          prelude,
          6,
        ),
      ],
    },
    {
      title: 'Verdict',
      panels: [
        {
          kind: 'lines',
          width: 12,
          title: 'Within the targets',
          question:
            'What share of requests meets the TTFT target, and what share the TPOT target, chosen above?',
          unit: 'percentunit',
          max: 1,
          targets: [
            { expr: within('$slo_ttft', ttft, scope), legend: 'TTFT ≤ $slo_ttft s' },
            { expr: within('$slo_tpot', tpot, scope), legend: 'TPOT ≤ $slo_tpot s' },
          ],
        },
        {
          kind: 'states',
          width: 12,
          title: 'Thresholds',
          question: 'Which of the run’s own thresholds holds, and since when?',
          unit: 'short',
          words: ['missed', 'met'],
          thresholds: [
            ['red', null],
            ['green', 1],
          ],
          targets: only(
            `min by (threshold, run_id) (tokadence_bench_threshold_ok{${scope}})`,
            '{{threshold}} {{run_id}}',
          ),
        },
      ],
    },
    {
      title: 'The generator: is the bench itself the bottleneck?',
      panels: [
        {
          kind: 'lines',
          width: 12,
          title: 'Event loop lag',
          question:
            'Is the bench late to read what has arrived? Its latencies are too long by as much.',
          unit: 's',
          targets: only(
            `max by (run_id) (tokadence_bench_event_loop_lag_seconds{${scope}})`,
            '{{run_id}}',
          ),
        },
        {
          kind: 'lines',
          width: 12,
          title: 'CPU of the generator',
          question: 'How much of one core does the bench use? Near 1 it measures itself.',
          unit: 'percentunit',
          targets: only(`max by (run_id) (tokadence_bench_cpu_ratio{${scope}})`, '{{run_id}}'),
        },
      ],
    },
  ],
}
