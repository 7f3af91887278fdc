/** `tokadence profile`: a real provider's pace, fitted and written as options of `serve`. */
import { formatDuration } from '../base/duration.ts'
import { OptionError } from '../base/option-error.ts'
import { flag, text } from '../base/option-table.ts'
import { samplesNeeded } from '../bench/percentile.ts'
import { countOf, type Fit, quantile, type Weighted } from '../mock-server/record/fit.ts'
import { type FittedCadence, fitCadence, type Observed } from '../mock-server/record/observe.ts'
import { defineCommand, exitCode } from './command.ts'
import { writeOutput } from './output-file.ts'
import { observe } from './profile-source.ts'

export const command = defineCommand({
  name: 'profile',
  summary: "a provider's pace, from recordings or a load run, as options of serve",
  options: {
    from: text({
      label: 'DIR|FILE',
      help: 'What is fitted: a folder that serve --record filled, or a file that bench --json wrote.',
    }),
    model: text({
      label: 'NAME',
      help: 'Only answers by this model, or by those whose names begin so.',
    }),
    out: text({
      label: 'FILE',
      help: 'Writes the profile to this file instead of standard output.',
    }),
    json: flag({ help: 'Prints the fits as JSON instead of YAML.' }),
    list: flag({ help: 'Lists the ready profiles that serve --profile takes, and fits nothing.' }),
  },

  async run({ options: { from, model, out, json, list }, origins, stdout, stderr }) {
    if (list) {
      stdout.write(await listing(json))
      return exitCode.ok
    }
    if (from === undefined) {
      throw new OptionError(
        'from',
        undefined,
        'name a folder of recordings, or a file of bench --json',
      )
    }
    const observed = await observe({ from, model, origin: origins.from })
    const fitted = fitCadence(observed)
    const { ttft, itl, tokens } = fitted
    const warnings = [...observed.warnings, ...tooFew(observed)]
    for (const line of tableOf(observed, fitted)) stderr.write(`${line}\n`)
    for (const warning of warnings) stderr.write(`warning: ${warning}\n`)
    if (!ttft) {
      stderr.write(
        `tokadence profile: ${from} holds no stream with content; there is nothing to fit\n`,
      )
      return exitCode.invalid
    }
    const profile = json
      ? `${JSON.stringify({ source: observed.source, ttft, itl, tokens, warnings }, null, 2)}\n`
      : yamlOf(observed, fitted)
    if (out === undefined) stdout.write(profile)
    else await writeOutput('out', out, profile, { origins })
    return exitCode.ok
  },
})

/** The ready profiles, one a line. */
async function listing(json: boolean): Promise<string> {
  const { readyProfiles } = await import('../mock-server/profiles/read-profile.ts')
  const profiles = await readyProfiles()
  if (json) return `${JSON.stringify(profiles, null, 2)}\n`
  const width = Math.max(...profiles.map(({ name }) => name.length))
  return profiles.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join('')
}

/** How the values lie and what was made of them, a line each. */
function tableOf({ source, ttftMs, itlMs, tokens }: Observed, fitted: FittedCadence): string[] {
  const line = (
    name: string,
    values: Weighted,
    fit: Fit | undefined,
    show: (n: number) => string,
  ) => {
    if (!fit) return `${name.padEnd(7)}no values`
    const at = [50, 95, 99].map(p => `p${p} ${show(quantile(values, p))}`).join('  ')
    return `${name.padEnd(7)}${String(fit.count).padStart(7)} values  ${at}  →  ${fit.text}, ${errorOf(fit)}`
  }
  const whole = (n: number) => n.toFixed(0)
  return [
    source,
    line('ttft', ttftMs, fitted.ttft, formatDuration),
    line('itl', itlMs, fitted.itl, formatDuration),
    line('tokens', tokens, fitted.tokens, whole),
  ]
}

function errorOf({ maxError, worstAt }: Fit): string {
  return `largest quantile error ${(maxError * 100).toFixed(1)} % (p${worstAt})`
}

function tooFew({ ttftMs, itlMs }: Observed): string[] {
  return [['first tokens', ttftMs] as const, ['gaps', itlMs] as const].flatMap(([name, values]) => {
    const count = countOf(values)
    const wanted = samplesNeeded(95)
    if (count === 0 || count >= wanted) return []
    return [`${count} ${name} are too few: a p95 takes ${wanted}`]
  })
}

function yamlOf({ source }: Observed, { ttft, itl, tokens }: FittedCadence): string {
  const rows = Object.entries({ ttft, itl, tokens }).flatMap(([option, fit]) =>
    fit ? [`  # ${fit.count} values, ${errorOf(fit)}\n  ${option}: ${fit.text}\n`] : [],
  )
  return `# Fitted by tokadence profile to ${source}.\nserve:\n${rows.join('')}`
}
