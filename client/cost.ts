/** The client's price book: the user's file, if there is one, before the package's prices. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { OptionError } from '../base/option-error.ts'
import {
  createPriceBook,
  type PriceBook,
  priceFileSyntax,
  type Rate,
  readRates,
} from '../protocol/prices.ts'
import { parseJson } from './transport.ts'

/** Throws OptionError when `file` cannot be read or is no price file. */
export async function loadPrices(file: string | undefined, url: string): Promise<PriceBook> {
  const own = file === undefined ? undefined : { rates: await readPriceFile(file), source: file }
  return createPriceBook({ own, url, version: await packageVersion() })
}

async function readPriceFile(file: string): Promise<ReadonlyMap<string, Rate>> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new OptionError('prices', file, `the file cannot be read (${cause.code})`, { cause })
  })
  const rates = readRates(parseJson(text))
  if (!rates) throw new OptionError('prices', file, priceFileSyntax)
  return rates
}

/** The package tells its version nowhere but in its package.json, which it does not export. */
async function packageVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices')
  const manifest = new URL('../package.json', pathToFileURL(entry))
  return JSON.parse(await readFile(manifest, 'utf8')).version
}
