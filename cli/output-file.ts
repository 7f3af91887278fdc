/** A file that a command was asked to write: whatever is wrong with it is said with its option. */
import { writeFile } from 'node:fs/promises'
import { OptionError, type Origin } from '../base/option-error.ts'

/** What is used of a command's call. */
export interface OutputCall {
  readonly origins: Readonly<Record<string, Origin>>
}

/** Throws OptionError where the file cannot be written. */
export async function writeOutput(
  option: string,
  path: string,
  text: string,
  { origins }: OutputCall,
  flag = 'w',
): Promise<void> {
  await writeFile(path, text, { flag }).catch(cause => {
    const why = `the file cannot be written (${cause.code})`
    throw new OptionError(option, path, why, { origin: origins[option], cause })
  })
}

/** The same before the work that the file is for, so that nothing is lost; `-` is stdout. */
export async function checkOutput(
  option: string,
  path: string | undefined,
  call: OutputCall,
): Promise<void> {
  if (path !== undefined && path !== '-') await writeOutput(option, path, '', call, 'a')
}
