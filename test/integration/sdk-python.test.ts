/** openai for Python, which reads strictly what the server sends. */
import { addSdkContract } from '../sdk/contract.ts'
import { pythonProgram, verdictOf } from '../sdk/programs.ts'

const program = pythonProgram()

addSdkContract({
  name: 'openai for Python',
  version: /^openai 3\./,
  missing: program.missing,
  run: servers => verdictOf(program, servers),
  errorNames: {
    400: 'BadRequestError',
    401: 'AuthenticationError',
    404: 'NotFoundError',
    429: 'RateLimitError',
    500: 'InternalServerError',
  },
})
