/** `npm run perf [NAME…]`: ratios measured in one run. Exits with 1 when a target is missed. */
import { measureArrivals } from './arrivals.ts'
import { measureBlocking } from './blocking.ts'
import { measureClient } from './client.ts'
import { measureCounting } from './counting.ts'
import { measureEfficiency } from './efficiency.ts'
import { measureGate } from './gate.ts'
import { measureHostilePrompts } from './hostile.ts'
import { measureJournal } from './journal.ts'
import { watchStolenTime } from './noise.ts'
import { measureOverload } from './overload.ts'
import { measureManyStreams, measurePace } from './pace.ts'
import { buildWitnesses } from './processes.ts'
import { printFinding, printNoise } from './report.ts'
import { measureSoak } from './soak.ts'
import { measureStartup } from './startup.ts'
import { measureTruth } from './truth.ts'

const witnesses = buildWitnesses()
const measurements = {
  startup: measureStartup,
  blocking: measureBlocking,
  hostile: measureHostilePrompts,
  counting: measureCounting,
  client: measureClient,
  soak: measureSoak,
  arrivals: measureArrivals,
  gate: measureGate,
  ...(witnesses && {
    pace: () => measurePace(witnesses),
    many: () => measureManyStreams(witnesses),
    efficiency: () => measureEfficiency(witnesses),
    overload: () => measureOverload(witnesses),
    truth: () => measureTruth(witnesses),
    journal: () => measureJournal(witnesses),
  }),
}
const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in measurements))
if (unknown.length > 0) {
  process.stderr.write(`no ${unknown}: there are ${Object.keys(measurements).join(', ')}\n`)
  process.exit(2)
}
if (!witnesses) {
  process.stdout.write(
    'without sse-limit.c and sse-probe.c: pace, many, efficiency, overload, truth and journal are left out\n',
  )
}

let missed = 0
for (const [name, measure] of Object.entries(measurements)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const stolen = watchStolenTime()
  for await (const found of measure()) {
    printFinding(found)
    if (!found.met) missed++
  }
  printNoise(stolen())
}
process.exitCode = missed > 0 ? 1 : 0
