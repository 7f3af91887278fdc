/** `/_tokadence/config`: the settings in force, and changes of them while the server runs. */
import type { Application } from 'express'
import type { Row } from '../../../base/option-table.ts'
import { isObject } from '../../../protocol/checks.ts'
import { badBody, badOptions } from '../../../protocol/errors/control.ts'
import { ChangesError, readChanges } from '../../changes.ts'
import { capacityOptions } from '../../options/capacity.ts'
import { faultOptions } from '../../options/faults.ts'
import { limitOptions } from '../../options/limits.ts'
import { paceOptions } from '../../options/pace.ts'
import { serverOptions } from '../../options.ts'
import type { Provider } from '../../provider.ts'
import { addResource } from './resource.ts'

const SECRETS: ReadonlySet<string> = new Set(['apiKey', 'upstreamKey', 'controlToken'])

export function addConfig(app: Application, provider: Provider): void {
  addResource(app, provider, '/_tokadence/config', {
    GET: () => configOf(provider),
    async PATCH({ body }) {
      if (!isObject(body)) {
        throw badBody('an object of options, such as {"ttft": "200ms", "rpm": 60}')
      }
      const changes = changesOf(await withProfile(body))
      provider.configure(changes)
      const { config } = configOf(provider)
      for (const key of Object.keys(changes)) {
        provider.log('info', `${key} is now ${JSON.stringify(config[key])}`)
      }
      return configOf(provider)
    },
  })
}

/** A profile that is named stands for its options; others win. Throws OptionError for one that is not ready. */
async function withProfile({ profile, ...body }: Record<string, unknown>) {
  if (profile === undefined) return body
  const { readProfile } = await import('../../profiles/read-profile.ts')
  const entries = await readProfile(String(profile), { onlyReady: true })
  return { ...Object.fromEntries(entries.map(({ key, value }) => [key, value])), ...body }
}

/** Throws ApiError that names everything which is wrong. */
function changesOf(body: Record<string, unknown>) {
  try {
    return readChanges(body)
  } catch (error) {
    if (error instanceof ChangesError) throw badOptions(error.errors)
    throw error
  }
}

const groups = {
  pace: paceOptions,
  limits: limitOptions,
  capacity: capacityOptions,
  faults: faultOptions,
}
const groupNames = Object.keys(groups) as (keyof typeof groups)[]

export interface ShownConfig {
  /** Every option as it would be written in tokadence.yaml; null: unset. Secrets are cut short. */
  readonly config: Readonly<Record<string, unknown>>
  /** Those that PATCH may change, by name. */
  readonly live: Readonly<Record<string, LiveOption>>
}

export interface LiveOption {
  readonly group: keyof typeof groups
  /** What the server was started with. */
  readonly started: unknown
  readonly help: string
  readonly label: string
  /** What is allowed, as the end of a sentence. */
  readonly allowed: string
  readonly shape: Row<unknown>['shape']
}

export function configOf({ options, started }: Provider): ShownConfig {
  const config: Record<string, unknown> = {}
  const live: Record<string, LiveOption> = {}
  for (const [key, { help, label, allowed, shape }] of Object.entries(serverOptions)) {
    const name = key as keyof typeof serverOptions
    const show = showOf(key, label)
    config[key] = show(options[name])
    const group = groupNames.find(of => Object.hasOwn(groups[of], key))
    if (group) live[key] = { group, started: show(started[name]), help, label, allowed, shape }
  }
  return { config, live }
}

function showOf(key: string, label: string): (value: unknown) => unknown {
  if (SECRETS.has(key)) return masked
  return value =>
    typeof value === 'number' && label === 'DURATION' ? inUnits(value) : shown(value)
}

/** `90000` ms as `90s`: what is read again as the same. */
function inUnits(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

/** A value inside, as it was written: what is read from a text keeps it. */
function shown(value: unknown): unknown {
  if (value === undefined) return null
  if (value === Number.POSITIVE_INFINITY) return 'max'
  if (Array.isArray(value)) return value.map(shown)
  return isObject(value) && typeof value.text === 'string' ? value.text : value
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked)
  return value === undefined ? null : '[redacted]'
}
