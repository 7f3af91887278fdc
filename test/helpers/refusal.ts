import { ApiError } from '../../protocol/errors/api-error.ts'

/** What `action` is refused with. */
export function refusalOf(action: () => unknown): ApiError {
  try {
    action()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('It was taken.')
}

/** Its message, param and code. */
export function wordsOf(action: () => unknown): [string, string | null, string | null] {
  const { message, param, code } = refusalOf(action)
  return [message, param, code]
}
