/**
 * The fields of a form as the object they stand for: `a[]` is a list, `a[b]` a name inside `a`, as the
 * SDKs write them, and `a[0]` an item by its place, as other clients do. A name that repeats is a list.
 *
 * The objects have no prototype: `__proto__` is a name like any other.
 */

export type FormFields = Record<string, unknown>

/** Deeper than any request that has a form. */
const MAX_LEVELS = 8

export function createFields(): FormFields {
  return Object.create(null)
}

/** Adds one field; false where it contradicts those before it (`a=1`, then `a[b]=2`) or is nested too deep. */
export function addField(fields: FormFields, name: string, value: string): boolean {
  const [base, ...path] = pathOf(name)
  return path.length < MAX_LEVELS && put(fields, base!, path, value)
}

/** The name under which a file's field is known: `image` for `image[]` and for `image[0]`. */
export function baseName(name: string): string {
  return name.replace(/\[\d*\]$/, '')
}

/** `a[b][]` → `a`, `b`, ``; a name with stray brackets is a name as it stands. */
function pathOf(name: string): string[] {
  const groups = /^(?<base>[^[\]]+)(?<rest>(?:\[[^[\]]*\])*)$/.exec(name)?.groups
  if (!groups) return [name]
  return [groups.base!, ...groups.rest!.split(/\]\[|[[\]]/).slice(1, groups.rest === '' ? 1 : -1)]
}

function put(fields: FormFields, name: string, path: readonly string[], value: string): boolean {
  const there = fields[name]
  const [next, ...rest] = path
  if (next === undefined) {
    if (there === undefined) fields[name] = value
    else if (Array.isArray(there)) there.push(value)
    else if (typeof there === 'string') fields[name] = [there, value]
    else return false
    return true
  }
  if (/^\d*$/.test(next)) {
    if (there === undefined) fields[name] = []
    else if (typeof there === 'string') fields[name] = [there]
    const list = fields[name]
    return Array.isArray(list) && putInto(list, next, rest, value)
  }
  if (there === undefined) fields[name] = createFields()
  const inner = fields[name]
  return isFields(inner) && put(inner, next, rest, value)
}

/** `place`: which item is meant; empty: the last as long as it lacks the field, else a new one. */
function putInto(list: unknown[], place: string, path: readonly string[], value: string): boolean {
  const [next, ...rest] = path
  if (next === undefined) {
    list.push(value)
    return true
  }
  const meant = place === '' ? list.at(-1) : list[Number(place)]
  if (isFields(meant) && (place !== '' || !(next in meant))) return put(meant, next, rest, value)
  const item = createFields()
  list.push(item)
  return put(item, next, rest, value)
}

function isFields(value: unknown): value is FormFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
