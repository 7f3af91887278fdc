/** Every setting of the mock server. */
import { choice, flag, integer, list, type Resolved, text } from '../base/option-table.ts'
import { dialectNames } from './dialects/index.ts'
import { capacityOptions } from './options/capacity.ts'
import { faultOptions } from './options/faults.ts'
import { limitOptions } from './options/limits.ts'
import { operationOptions } from './options/operation.ts'
import { paceOptions, profileOptions } from './options/pace.ts'
import { recordingOptions } from './options/recordings.ts'

/** What may be changed while the server runs. */
export const liveOptions = {
  ...paceOptions,
  ...limitOptions,
  ...capacityOptions,
  ...faultOptions,
}

export const serverOptions = {
  port: integer(0, 65_535, { help: 'The port to listen on; 0 takes a free one.', fallback: 4010 }),
  host: text({ label: 'ADDRESS', help: 'The address to listen on.', fallback: '127.0.0.1' }),
  ...profileOptions,
  ...liveOptions,
  apiKey: list({
    label: 'KEY',
    help: 'The API keys that are accepted; any key is, until one is named.',
  }),
  models: list({
    label: 'NAME',
    help: 'The models that are served; any model is, until one is named.',
  }),
  seed: integer(0, Number.MAX_SAFE_INTEGER, {
    help: 'The seed of all chance. Named, it also fixes `created`, so that answers repeat to the byte.',
  }),
  dialect: choice(dialectNames, {
    help: 'The provider whose ways are spoken: OpenAI, or another that is compatible in its own manner.',
    fallback: 'openai',
  }),
  lenient: flag({
    help: 'Refuses nothing that a schema test would send: unknown ids come into being, placeholders are accepted.',
  }),
  maxBodyBytes: integer(1, 2 ** 26, {
    help: 'The largest request body, in bytes.',
    fallback: 32 * 2 ** 20,
  }),
  ...recordingOptions,
  fixtures: list({
    label: 'FILE|DIR',
    help: 'Files and folders of fixtures: what is asked, and what is answered then. Read again when they change.',
  }),
  fixturesOnly: flag({
    help: 'Refuses what is asked of a model and no fixture answers, and names the nearest.',
  }),
  ...operationOptions,
}

export type ServerOptions = Resolved<typeof serverOptions>
export type LiveOptions = Resolved<typeof liveOptions>
