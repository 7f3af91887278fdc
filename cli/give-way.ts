/** On one core, the threads that compile and tidy up for the one that measures give way to it. */
import { readdirSync } from 'node:fs'
import { availableParallelism, constants, setPriority } from 'node:os'

/**
 * Where there are more cores V8's threads have theirs. On one, each time slice of theirs is time in which nothing is
 * read or sent: the bench waited for its core for 3 to 5 % of the time, and does for 1 to 1.5; at 1,000 requests a
 * second the p99 of their lag was 2 to 4 ms, and is 1.4 to 2. The price is paid where a busy stranger has the core too:
 * then the collector waits for helpers that get none of it, for 0.1 s and more. Such a run is INVALID with or without.
 * Linux only: elsewhere a thread has no priority of its own. Threads that start later are as the one that starts them.
 */
export function helpersGiveWay(): void {
  if (process.platform !== 'linux' || availableParallelism() > 1) return
  for (const name of readdirSync('/proc/self/task')) {
    const thread = Number(name)
    if (thread !== process.pid) giveWay(thread)
  }
}

function giveWay(thread: number): void {
  try {
    setPriority(thread, constants.priority.PRIORITY_LOW)
  } catch (error) {
    // It has ended meanwhile, or the system does not allow it: then all is as it was.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
  }
}
