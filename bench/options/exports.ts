/** Where the metrics go. */
import { integer, type OptionTable, text } from '../../base/option-table.ts'

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
} satisfies OptionTable
