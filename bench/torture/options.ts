/** The option table of `tokadence torture`. */
import {
  duration,
  type Given,
  integer,
  list,
  type Resolved,
  text,
} from '../../base/option-table.ts'

export const tortureOptions = {
  clients: list({
    help: 'Who is tried: tokadence, tokadence-sdk, openai-6, openai-7, ai-sdk, ai-sdk-compatible, langchain; without it, all that are installed.',
    label: 'NAME,…',
  }),
  exec: list({
    help: 'A program of your own to try: it gets OPENAI_BASE_URL, OPENAI_API_KEY and the prompt as its last argument, prints the text and exits with 0 if it is whole. Alone, nobody else is tried unless named.',
    label: 'COMMAND',
    split: false,
  }),
  only: list({ help: 'These trials only.', label: 'NAME,…' }),
  packages: text({
    help: 'The folder in which clients are looked for, as a program in it would find them.',
    fallback: '.',
    label: 'DIR',
  }),
  timeout: duration({
    help: 'The time-out that clients are told to have where the server is silent.',
    fallback: '1s',
  }),
  patience: duration({
    help: 'How long one trial may take; what is not over then hangs.',
    fallback: '12s',
  }),
  out: list({
    help: 'Write the score card, too: as Markdown, JSON or HTML, by what the name ends in.',
    label: 'FILE.md|json|html',
  }),
  minScore: integer(0, 100, {
    help: 'Exit with 99 if a client has fewer percent of its trials right.',
    label: 'PERCENT',
  }),
}

export type TortureOptions = Resolved<typeof tortureOptions>
export type GivenTortureOptions = Given<typeof tortureOptions>
