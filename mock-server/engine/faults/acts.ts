/** What each fault of the catalogue does. */

import type { FaultName } from './catalogue.ts'
import { eventActs } from './events.ts'
import type { FaultAct } from './fault.ts'
import { framingActs } from './framing.ts'
import { refusalActs, statusAct } from './refusals.ts'
import { breakingActs } from './streams.ts'

const acts: Readonly<Record<FaultName, FaultAct>> = {
  ...refusalActs,
  ...breakingActs,
  ...eventActs,
  ...framingActs,
}

/** `name`: of the catalogue, or `http-` and a status. */
export function faultActOf(name: string): FaultAct {
  if (Object.hasOwn(acts, name)) return acts[name as FaultName]
  return statusAct(Number(name.slice('http-'.length)))
}
