/** What is sent: to whom, which model, which prompts. */
import { integer, list, type OptionTable, text } from '../../base/option-table.ts'

export const workOptions = {
  url: text({
    fallback: 'http://127.0.0.1:4010/v1',
    label: 'URL',
    env: ['OPENAI_BASE_URL'],
    help: 'The base URL of an OpenAI-compatible API.',
  }),
  apiKey: text({
    fallback: 'sk-tokadence',
    label: 'KEY',
    env: ['OPENAI_API_KEY'],
    help: 'The key to send; it is in no report.',
  }),
  model: text({ fallback: 'gpt-4o-mini', label: 'NAME', help: 'The model to ask for.' }),
  prompt: list({
    split: false,
    help: 'A prompt to send, picked at random where several are given. Default: synthetic ones, all different.',
  }),
  maxTokens: integer(1, 10_000_000, { help: 'The most output tokens per request.' }),
} satisfies OptionTable
