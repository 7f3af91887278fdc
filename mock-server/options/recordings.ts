/** Another server that answers, and recordings of what it answered. */
import { type Row, text } from '../../base/option-table.ts'

export const recordingOptions = {
  upstream: text({
    label: 'URL',
    help: 'Passes every request on to this OpenAI-compatible base URL instead of answering it.',
  }),
  upstreamKey: text({
    label: 'KEY',
    help: "The API key for the upstream; without one, each client's own is passed on.",
  }),
  record: text({
    label: 'DIR',
    help: 'Writes every answer of the upstream, with the time of each chunk, to a file in this folder.',
  }),
  replay: text({
    label: 'DIR',
    help: 'Answers with the recordings in this folder; what none matches goes to the upstream, if there is one.',
  }),
  replaySpeed: speed({
    label: 'K|max',
    help: 'How many times faster than recorded; max does not wait at all. Default: 1.',
  }),
}

/** Infinity inside is `max`. */
function speed(words: { label: string; help: string }): Row<number | undefined, number | string> {
  return {
    ...text(words),
    allowed: 'write a number above 0, or max',
    read(value) {
      if (value === 'max') return Number.POSITIVE_INFINITY
      const factor = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof factor === 'number' && factor > 0 && factor < Infinity ? factor : undefined
    },
  }
}
