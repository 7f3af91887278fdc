/** openai for Java, which validates what the server sends. */
import { addSdkContract } from '../sdk/contract.ts'
import { javaProgram, verdictOf } from '../sdk/programs.ts'

const program = javaProgram()

addSdkContract({
  name: 'openai for Java',
  version: /^openai-java 4\./,
  missing: program.missing,
  run: servers => verdictOf(program, servers),
  errorNames: {
    400: 'BadRequestException',
    401: 'UnauthorizedException',
    404: 'NotFoundException',
    429: 'RateLimitException',
    500: 'InternalServerException',
  },
})
