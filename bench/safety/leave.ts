/** Leave to send requests to a host that is not this machine, where they may cost money. */
import { OptionError } from '../../base/option-error.ts'
import { isLoopbackName } from '../../client/relay/origin.ts'

/** Asks the person at the keyboard; undefined: there is nobody. */
export type Confirm = ((question: string) => Promise<boolean>) | undefined

export function foreignOf(urls: readonly URL[]): readonly URL[] {
  return urls.filter(({ hostname }) => !isLoopbackName(hostname))
}

/** Throws OptionError where nobody gives it. `ways`: the options that do. */
export async function takeLeave(
  foreign: readonly URL[],
  ways: string,
  confirm: Confirm,
): Promise<void> {
  const isAllowed = await confirm?.('Go on? [y/N] ')
  if (isAllowed) return
  const hosts = foreign.map(({ host }) => host).join(' and ')
  const why =
    isAllowed === undefined
      ? `${hosts} is not this machine, and requests may cost money: give ${ways}`
      : 'nothing was sent, for the answer was not yes'
  throw new OptionError('yes', undefined, why)
}
