/** What `tokadence verify` expects, from files and from rules on the command line. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseDocument } from '../base/config-file.ts'
import { OptionError, type Origin } from '../base/option-error.ts'
import { type Expectation, readExpectations } from '../mock-server/verify/expectation.ts'

/** `given`: files, or rules as they would stand in one. Throws OptionError with the place of what is wrong. */
export async function readExpectFiles(
  given: readonly string[],
  origin: Origin = '--expect',
): Promise<Expectation[]> {
  if (given.length === 0) {
    const why = "write FILE or RULES, e.g. --expect 'maxInFlight: 8'"
    throw new OptionError('expect', undefined, why, { origin })
  }
  const expectations: Expectation[] = []
  for (const one of given) expectations.push(...(await readExpect(one, origin)))
  return expectations
}

async function readExpect(given: string, origin: Origin): Promise<Expectation[]> {
  const isFile = existsSync(given) || /\.(ya?ml|json)$/.test(given)
  const path = isFile ? given : origin
  const source = isFile ? await read(given, origin) : given
  const document = await parseDocument(
    source,
    path,
    (why, more) => new OptionError('expect', undefined, why, more),
  )
  const { value } = document
  // One word is an assertion that has nothing more to say.
  const expectations = typeof value === 'string' ? { [value]: true } : value
  readExpectations(expectations, at => document.placeOf(at))
  return (Array.isArray(expectations) ? expectations : [expectations]) as Expectation[]
}

/** No file of expectations is longer than what the server takes. */
const MAX_BYTES = 2 ** 20

async function read(path: string, origin: Origin): Promise<string> {
  const source = await readFile(path, 'utf8').catch(cause => {
    const why = `the file cannot be read (${cause.code})`
    throw new OptionError('expect', path, why, { origin, cause })
  })
  if (source.length <= MAX_BYTES) return source
  throw new OptionError('expect', path, `a file may have ${MAX_BYTES} bytes`, { origin })
}
