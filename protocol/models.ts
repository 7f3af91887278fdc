/** Models by name: the dated snapshot that answers for an alias, and the objects of `/v1/models`. */

/** Aliases whose answers name a dated snapshot. */
const snapshots: Readonly<Record<string, string>> = {
  'gpt-3.5-turbo': 'gpt-3.5-turbo-0125',
  'gpt-4': 'gpt-4-0613',
  'gpt-4-turbo': 'gpt-4-turbo-2024-04-09',
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4.1': 'gpt-4.1-2025-04-14',
  'gpt-4.1-mini': 'gpt-4.1-mini-2025-04-14',
  'gpt-4.1-nano': 'gpt-4.1-nano-2025-04-14',
  o1: 'o1-2024-12-17',
  o3: 'o3-2025-04-16',
  'o3-mini': 'o3-mini-2025-01-31',
  'o4-mini': 'o4-mini-2025-04-16',
  'gpt-5': 'gpt-5-2025-08-07',
  'gpt-5-mini': 'gpt-5-mini-2025-08-07',
  'gpt-5-nano': 'gpt-5-nano-2025-08-07',
}

/** What `GET /v1/models` lists when no `--models` are named; any other name is served as well. */
export const wellKnownModels: readonly string[] = Object.keys(snapshots)

/** The name that an answer carries: the snapshot behind an alias, any other name as it is. */
export function snapshotOf(model: string): string {
  return Object.hasOwn(snapshots, model) ? snapshots[model]! : model
}

/** The aliases' own date of creation is not published for all; one date serves for every model. */
const CREATED_S = 1_715_367_049

export function modelObject(id: string) {
  return { id, object: 'model', created: CREATED_S, owned_by: 'system' }
}

export function modelList(ids: readonly string[]) {
  return { object: 'list', data: ids.map(modelObject) }
}
