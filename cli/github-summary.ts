/** The summary of a step on GitHub Actions: Markdown at the end of the file that it names. */
import { appendFile } from 'node:fs/promises'
import { OptionError } from '../base/option-error.ts'

/** Does nothing where there is no such file, as outside of GitHub. */
export async function appendStepSummary(
  markdown: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const path = environment.GITHUB_STEP_SUMMARY
  if (!path) return
  await appendFile(path, `${markdown}\n`).catch(cause => {
    const why = `GITHUB_STEP_SUMMARY cannot be written (${cause.code})`
    throw new OptionError('github', path, why, { origin: 'GITHUB_STEP_SUMMARY', cause })
  })
}
