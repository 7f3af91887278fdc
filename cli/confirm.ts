/** A question to the person at the keyboard, where there is one. */
import { createInterface } from 'node:readline/promises'
import type { Call } from './command.ts'

type Asking = Pick<Call<Record<string, never>>, 'stdin' | 'stderr' | 'signal'>

/** Undefined: nobody is there to be asked. What is asked resolves to true for `y` and `yes` only. */
export function confirmer({
  stdin,
  stderr,
  signal,
}: Asking): ((question: string) => Promise<boolean>) | undefined {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return undefined
  return async question => {
    // A terminal as it is, so that Ctrl-C is a signal as at any other time.
    const lines = createInterface({ input: stdin, output: stderr, terminal: false })
    const closed = new Promise<string>(resolve => lines.once('close', () => resolve('')))
    try {
      const answer = await Promise.race([lines.question(question, { signal }), closed])
      return /^\s*y(es)?\s*$/i.test(answer)
    } catch (error) {
      if (signal.aborted) return false
      throw error
    } finally {
      lines.close()
    }
  }
}
