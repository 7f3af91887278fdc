/** openai for Go. */
import { addSdkContract } from '../sdk/contract.ts'
import { goProgram, verdictOf } from '../sdk/programs.ts'

const program = goProgram()

addSdkContract({
  name: 'openai for Go',
  version: /^openai-go v3\./,
  missing: program.missing,
  run: servers => verdictOf(program, servers),
  errorNames: 'Error',
  lacks: ['base64'],
})
