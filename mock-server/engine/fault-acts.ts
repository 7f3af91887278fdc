/** What each fault of the catalogue does. */
import type { FaultAct } from './fault.ts'
import type { FaultName } from './fault-catalogue.ts'
import { eventActs } from './fault-events.ts'
import { framingActs } from './fault-framing.ts'
import { refusalActs, statusAct } from './fault-refusals.ts'
import { breakingActs } from './fault-streams.ts'

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
