/** Where the metrics go. */
import { choice, flag, integer, type OptionTable, text } from '../../base/option-table.ts'
import { parsed } from './parsed.ts'
import { headers } from './work.ts'

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

export const exportOptions = {
  prometheusPort: integer(0, 65_535, {
    help: 'Serve /metrics at this port while the run lasts; 0 takes a free one.',
  }),
  prometheusHost: text({
    label: 'ADDRESS',
    fallback: '127.0.0.1',
    help: 'The address that /metrics is served on.',
  }),
  pushgateway: text({ label: 'URL', help: 'Push the metrics to this Pushgateway at the end.' }),
  remoteWrite: parsed<URL>(
    {
      label: 'URL',
      allowed: 'write an http or https URL such as http://127.0.0.1:9090/api/v1/write',
      help: "Push the metrics by Prometheus' remote write every 5 s and at the end.",
    },
    parseUrl,
  ),
  remoteWriteHeader: headers({
    help: 'A header of remote writes, "Name: value", such as a token; may be given several times.',
  }),
  nativeHistograms: flag({
    help: 'The times also as native histograms, known to 2 %, for a Prometheus that has them enabled: in remote writes, and at /metrics in place of the fixed buckets.',
  }),
  metricsDialect: choice(['tokadence', 'otel'], {
    fallback: 'tokadence',
    help: "otel: the metrics also under OpenTelemetry's names for generative AI, gen_ai_….",
  }),
} satisfies OptionTable
