/** Where answers come from when the mock server does not make them itself: the options, taken together. */
import { OptionError } from '../../base/option-error.ts'
import type { ServerOptions } from '../options.ts'

export interface RecordSettings {
  readonly upstream: UpstreamSettings | undefined
  /** Folders. */
  readonly record: string | undefined
  readonly replay: string | undefined
  /** 2: twice as fast; Infinity: without waiting. */
  readonly speed: number
}

export interface UpstreamSettings {
  /** `https://api.openai.com` */
  readonly origin: string
  /** `/v1`; '' where the base URL has no path, and paths are passed on as they are. */
  readonly basePath: string
  /** Stands in for the clients' own keys. */
  readonly key: string | undefined
}

type Given = Pick<ServerOptions, 'upstream' | 'upstreamKey' | 'record' | 'replay' | 'replaySpeed'>

/** Undefined: the mock server makes its answers itself. Throws OptionError for what does not go together. */
export function readRecordSettings(options: Given): RecordSettings | undefined {
  const { upstream, upstreamKey, record, replay, replaySpeed } = options
  need('record', record, upstream, 'upstream, the API whose answers are recorded')
  need('upstreamKey', upstreamKey === undefined ? undefined : '…', upstream, 'upstream')
  need('replaySpeed', replaySpeed, replay, 'replay')
  if (upstream === undefined && replay === undefined) return undefined
  return {
    upstream: upstream === undefined ? undefined : { ...parseUpstream(upstream), key: upstreamKey },
    record,
    replay,
    speed: replaySpeed ?? 1,
  }
}

function need(option: string, value: unknown, other: unknown, words: string): void {
  if (value !== undefined && other === undefined) {
    throw new OptionError(option, undefined, `is of use only together with ${words}`)
  }
}

function parseUpstream(text: string): Pick<UpstreamSettings, 'origin' | 'basePath'> {
  const allowed = 'write a base URL such as https://api.openai.com/v1, without a key, query or #'
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  // A password would be shown with the URL: nothing of the value is.
  if (!url || !isHttp || url.username || url.password || url.search || url.hash) {
    throw new OptionError('upstream', undefined, allowed)
  }
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') }
}
