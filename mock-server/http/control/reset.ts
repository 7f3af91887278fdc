/** `POST /_tokadence/reset`: what a test has left behind is forgotten. */
import type { Application } from 'express'
import { isObject } from '../../../protocol/checks.ts'
import { badBody } from '../../../protocol/errors/control.ts'
import type { Provider } from '../../provider.ts'
import { addResource } from './resource.ts'

export function addReset(app: Application, provider: Provider): void {
  addResource(app, provider, '/_tokadence/reset', {
    POST({ body }) {
      const key = keyOf(body)
      provider.reset(key)
      return { reset: key ?? 'all' }
    },
  })
}

/** Throws ApiError. A misspelt name would otherwise reset everything. */
function keyOf(body: unknown): string | undefined {
  if (body === undefined) return undefined
  const names = isObject(body) ? Object.keys(body) : ['']
  const key = isObject(body) ? body.key : undefined
  if (names.some(name => name !== 'key') || (key !== undefined && !isKey(key))) {
    throw badBody('nothing, or {"key": "…"} with one x-tokadence-key')
  }
  return key as string | undefined
}

function isKey(key: unknown): boolean {
  return typeof key === 'string' && key !== ''
}
