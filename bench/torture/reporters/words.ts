/** What every form of the score card says in the same words. */
import { formatDuration } from '../../../base/duration.ts'
import type { Card, ClientScore, Result } from '../card.ts'

export const markOf = ({ isRight, mark }: Result) => `${isRight ? '✓' : '✗'} ${mark}`

/** `63 of 64, 98 %` */
export const scoreWords = ({ right, of, percent }: ClientScore) => `${right} of ${of}, ${percent} %`

export function leadOf({ tool, environment, startedAt, tookMs, rows, interrupted }: Card): string {
  const when = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`
  const size = `${rows.length} trials in ${formatDuration(tookMs)}`
  const broken = interrupted ? ' · broken off: what is missing was not tried' : ''
  return `tokadence ${tool.version} · Node ${environment.node.slice(1)} · ${size} · ${when}${broken}`
}

export interface Wrong {
  readonly client: ClientScore
  readonly faults: readonly {
    readonly trial: string
    readonly does: string
    readonly why: string
  }[]
}

/** Of each client that did something wrong, what. */
export function wrongs({ clients, rows }: Card): readonly Wrong[] {
  const all = clients.map(client => ({
    client,
    faults: rows.flatMap(({ name, does, results }) => {
      const result = results[client.name]
      return result && !result.isRight ? [{ trial: name, does, why: result.why }] : []
    }),
  }))
  return all.filter(({ faults }) => faults.length > 0)
}
