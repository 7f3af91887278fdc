/** Whether a client did as expected: every assertion judged by what the journal holds. */
import { finish } from '../../base/slices.ts'
import type { JournalEntry } from '../engine/journal.ts'
import type { Evidence, Finding, Scene } from './assertion.ts'
import { assertions } from './assertions.ts'
import { type Call, callsOf } from './calls.ts'
import { type Expectation, type Expected, readExpectations } from './expectation.ts'
import { reportText } from './report.ts'
import type { Verification, VerifyResult, Witness } from './verification.ts'
import type { Witnessed } from './witnessed.ts'
import { counted } from './words.ts'

/** A verification that a test can end with. */
export interface Verified extends Verification {
  /** Throws VerificationError unless all passed; its message is the evidence. */
  orThrow(): void
}

/** Not all that was expected is true, or can be told. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly results: readonly VerifyResult[]

  constructor({ results }: Verification) {
    super(reportText({ passed: false, results: results.filter(one => one.verdict !== 'passed') }))
    this.results = results
  }
}

const MAX_EVIDENCE = 20

/** Throws OptionError for an expectation that cannot be used. */
export function verify(
  expectations: Expectation | readonly Expectation[],
  witnessed: Witnessed,
): Verified {
  const verification = finish(judging(readExpectations(expectations), witnessed))
  return {
    ...verification,
    orThrow() {
      if (!verification.passed) throw new VerificationError(verification)
    },
  }
}

/** A step for each assertion: over a large journal some take their time. */
export function* judging(
  expected: readonly Expected[],
  witnessed: Witnessed,
): Generator<void, Verification> {
  let calls: readonly Call[] | undefined
  const results: VerifyResult[] = []
  for (const one of expected) {
    const { matches, settings } = one
    const scene: Scene = {
      ...witnessed,
      entries: matches ? witnessed.entries.filter(matches) : witnessed.entries,
      get calls() {
        calls ??= callsOf(witnessed.entries)
        return matches ? calls.filter(({ attempts }) => attempts.some(matches)) : calls
      },
    }
    const finding = assertions[one.assertion].judge(scene, settings)
    results.push(resultOf(one, finding, witnessed.forgotten))
    yield
  }
  return { passed: results.every(({ verdict }) => verdict === 'passed'), results }
}

function resultOf(
  { name, assertion, wanted, where, allowsNone }: Expected,
  finding: Finding,
  forgotten: number,
): VerifyResult {
  const { verdict, says } = qualified(finding, allowsNone, forgotten)
  const { judged, evidence = [] } = finding
  return {
    ...(name === undefined ? {} : { name }),
    assertion,
    expected: wanted,
    ...(where === undefined ? {} : { where }),
    verdict,
    says,
    judged,
    evidence: evidence.slice(0, MAX_EVIDENCE).map(shown),
    moreEvidence: Math.max(0, evidence.length - MAX_EVIDENCE),
  }
}

/** What was broken stays so; what was kept may have been broken by what the journal has forgotten. */
function qualified(
  { verdict, says, judged, isCertain = false }: Finding,
  allowsNone: boolean,
  forgotten: number,
): Pick<Finding, 'verdict' | 'says'> {
  if (verdict === 'failed' || isCertain) return { verdict, says }
  if (forgotten > 0) {
    const lost = `the journal has forgotten ${counted(forgotten, 'request')}: make it larger, or reset it more often`
    return { verdict: 'inconclusive', says: `${says}; but ${lost}` }
  }
  return { verdict: judged === 0 && allowsNone ? 'passed' : verdict, says }
}

function shown({ says, requests }: Evidence): VerifyResult['evidence'][number] {
  return { says, requests: requests.slice(0, MAX_EVIDENCE).map(witnessOf) }
}

function witnessOf({
  number,
  requestId,
  key,
  attempt,
  receivedAtMs,
  done: { status, outcome, durationMs },
}: JournalEntry): Witness {
  return {
    number,
    requestId,
    ...(key === undefined ? {} : { key }),
    attempt,
    receivedAtMs,
    status,
    outcome,
    ...(durationMs === undefined ? {} : { durationMs }),
  }
}
