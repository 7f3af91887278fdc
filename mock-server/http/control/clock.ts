/** `GET /_tokadence/clock` and `POST /_tokadence/clock/advance`: what time it is here, and more of it. */
import type { Application } from 'express'
import { OptionError } from '../../../base/option-error.ts'
import { isObject } from '../../../protocol/checks.ts'
import type { Provider } from '../../provider.ts'
import type { ServerClock } from '../../server-clock.ts'
import { addResource } from './resource.ts'

export function addClock(app: Application, provider: Provider): void {
  const { control } = provider.time
  addResource(app, provider, '/_tokadence/clock', { GET: () => timeOf(control) })
  addResource(app, provider, '/_tokadence/clock/advance', {
    async POST({ body }) {
      await control.advance(spanOf(body))
      return timeOf(control)
    },
  })
}

/** `{"by": "6m"}` and nothing else. */
function spanOf(body: unknown): string | number {
  const { by, ...others } = isObject(body) ? body : { by: undefined }
  const [other] = Object.keys(others)
  if (other !== undefined) throw new OptionError(other, undefined, 'the only field is by')
  if (typeof by === 'string' || typeof by === 'number') return by
  throw new OptionError('by', by, 'write {"by": "6m"}, a duration or ms')
}

function timeOf({ kind, nowMs, wallMs }: ServerClock) {
  return { clock: kind, nowMs: nowMs(), wallMs: wallMs(), date: new Date(wallMs()).toISOString() }
}
