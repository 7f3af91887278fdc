/** Under which conditions a run was made, and how two runs differ in them: what is compared should be alike. */
import { loadWords } from '../load/facts.ts'
import type { Counts } from '../recorder.ts'
import type { Load, Summary } from '../summary.ts'

export interface Conditions {
  readonly tool: string | undefined
  readonly model: string | undefined
  readonly url: string | undefined
  readonly load: Readonly<Partial<Load>>
  readonly definitions: Readonly<Record<string, string>>
  /** Where it ran: CPU and Node, in words. */
  readonly machine: string | undefined
  readonly isInterrupted: boolean
  /** Why the run says nothing of its server; empty: it is valid. */
  readonly invalid: readonly string[]
  readonly counts: Pick<Counts, 'sent' | 'ok' | 'failed' | 'cut' | 'open'> | undefined
}

type Told = Partial<
  Pick<
    Summary,
    'tool' | 'target' | 'load' | 'definitions' | 'run' | 'counts' | 'environment' | 'truth'
  >
>

/** Of a summary, or of as much of one as a samples file has in its first line. */
export function conditionsOf(told: Told): Conditions {
  const { environment } = told
  return {
    tool: told.tool && `${told.tool.name} ${told.tool.version}`,
    model: told.target?.model,
    url: told.target?.url,
    load: told.load ?? {},
    definitions: told.definitions ?? {},
    machine:
      environment && `${environment.cores} cores of ${environment.cpu}, Node ${environment.node}`,
    isInterrupted: told.run?.interrupted ?? false,
    invalid: told.truth?.invalid ?? [],
    counts: told.counts,
  }
}

/** What of a load changes what is measured; connections opened, for one, do not. */
const telling = [
  'maxTokens',
  'prompts',
  'seed',
  'rampMs',
  'warmupMs',
] as const satisfies readonly (keyof Load)[]

/** By which law, and by whom; undefined: it is not told. */
function kindOf(load: Conditions['load']): string | undefined {
  const { driver, loop, connections } = load
  if (driver === undefined || loop === undefined || connections === undefined) return undefined
  return loadWords({ durationMs: null, requests: null, ...load, driver, loop, connections })
}

/** In sentences, what is not alike. */
export function differencesOf(base: Conditions, head: Conditions): readonly string[] {
  const said: string[] = []
  const differ = (what: string, a: unknown, b: unknown) => {
    if (a === undefined || b === undefined || a === b) return
    said.push(`They differ in ${what}: base ${String(a)}, head ${String(b)}.`)
  }
  differ('the model', base.model, head.model)
  differ('the version of the bench', base.tool, head.tool)
  differ('the machine', base.machine, head.machine)
  differ('the load', kindOf(base.load), kindOf(head.load))
  for (const key of telling) differ(`the load's ${key}`, base.load[key], head.load[key])
  const names = [...new Set([...Object.keys(base.definitions), ...Object.keys(head.definitions)])]
  const changed = names.filter(name => base.definitions[name] !== head.definitions[name])
  const areKnown = [base, head].every(({ definitions }) => Object.keys(definitions).length > 0)
  if (areKnown && changed.length > 0) {
    said.push(
      `They define these differently: ${changed.join(', ')}. Their values are not comparable.`,
    )
  }
  return said
}

/** Why nothing can be concluded from a run; undefined: nothing speaks against it. */
export function faultOf(
  { counts, isInterrupted, invalid }: Conditions,
  side: string,
): string | undefined {
  if (isInterrupted) return `${side} was interrupted`
  if (invalid.length > 0) return `${side} is invalid: ${invalid.join(' ').replace(/\.$/, '')}`
  if (!counts) return undefined
  const { sent, ok, failed, cut, open } = counts
  return sent === ok + failed + cut + open ? undefined : `${side}'s counts do not add up`
}
