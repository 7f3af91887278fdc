import { expect, test } from 'vitest'
import { createRandom } from '../../../../base/random.ts'
import { anthropicCompat } from '../../../../mock-server/dialects/anthropic-compat.ts'
import type { Dialect } from '../../../../mock-server/dialects/dialect.ts'
import {
  chatBodyIn,
  completionIdIn,
  errorIn,
  modelIn,
  modelListIn,
  streamErrorIn,
} from '../../../../mock-server/dialects/in-dialect.ts'
import {
  type DialectName,
  dialectNames,
  loadDialect,
} from '../../../../mock-server/dialects/index.ts'
import { ollama } from '../../../../mock-server/dialects/ollama.ts'
import { openrouter } from '../../../../mock-server/dialects/openrouter.ts'
import { vllm } from '../../../../mock-server/dialects/vllm.ts'
import { ApiError } from '../../../../protocol/errors/api-error.ts'
import { unknownParameter } from '../../../../protocol/errors/field.ts'
import { brokenJson, internalError, unknownUrl } from '../../../../protocol/errors/http.ts'
import { noKey, wrongKey } from '../../../../protocol/errors/key.ts'
import { rateLimited } from '../../../../protocol/errors/limit.ts'
import { unknownModel } from '../../../../protocol/errors/model.ts'

const HEX = '[0-9a-f]'
const UUID = `${HEX}{8}-${HEX}{4}-4${HEX}{3}-[89ab]${HEX}{3}-${HEX}{12}`
const idShapes: Readonly<Record<DialectName, string>> = {
  openai: 'chatcmpl-\\w{29}',
  azure: 'chatcmpl-\\w{29}',
  'azure-async': 'chatcmpl-\\w{29}',
  vllm: `chatcmpl-${HEX}{16}`,
  ollama: 'chatcmpl-\\d{1,3}',
  llamacpp: 'chatcmpl-\\w{32}',
  groq: `chatcmpl-${UUID}`,
  mistral: `${HEX}{32}`,
  deepseek: UUID,
  xai: UUID,
  openrouter: 'gen-17\\d{8}-\\w{20}',
  'anthropic-compat': 'msg_01\\w{22}',
  lmstudio: 'chatcmpl-\\w{29}',
  'open-responses': 'chatcmpl-\\w{29}',
}

test.each(Object.entries(idShapes))('the ids of %s are %s', async (name, shape) => {
  const newId = completionIdIn(await loadDialect(name as DialectName))
  for (let i = 0; i < 20; i++) {
    expect(newId(createRandom('ids', i))).toMatch(new RegExp(`^${shape}$`))
  }
})

test('what is drawn after the id is the same in every dialect', async () => {
  const drawn = new Set<number>()
  for (const name of dialectNames) {
    const random = createRandom('ids')
    completionIdIn(await loadDialect(name))(random)
    drawn.add(random.next())
  }
  expect(drawn.size).toBe(1)
})

/** The error's body as it is read, with its status. */
async function refused(name: DialectName, error: ApiError) {
  const { status, json } = errorIn(await loadDialect(name), error)
  return [status, JSON.parse(json)]
}

const limited = rateLimited(
  { kind: 'requests', model: 'm', limit: 3, used: 3, requested: 1, waitMs: 20_000 },
  { 'retry-after': '20' },
)
const parameter = unknownParameter('zzz')
const invalid = 'invalid_request_error'

const refusals: readonly (readonly [DialectName, ApiError, status: number, body: unknown])[] = [
  [
    'azure',
    wrongKey('k'),
    401,
    {
      error: {
        code: '401',
        message:
          'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
      },
    },
  ],
  [
    'azure',
    unknownModel('m'),
    404,
    {
      error: {
        code: 'DeploymentNotFound',
        message:
          'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
      },
    },
  ],
  [
    'azure',
    unknownUrl('GET', '/x'),
    404,
    { error: { code: '404', message: 'Resource not found' } },
  ],
  [
    'azure',
    limited,
    429,
    { error: { code: '429', message: 'Rate limit is exceeded. Try again in 20 seconds.' } },
  ],
  [
    'azure',
    parameter,
    400,
    {
      error: { message: parameter.message, type: invalid, param: 'zzz', code: 'unknown_parameter' },
    },
  ],
  ['vllm', noKey(), 401, { error: 'Unauthorized' }],
  [
    'vllm',
    unknownModel('m'),
    404,
    {
      error: {
        message: 'The model `m` does not exist.',
        type: 'NotFoundError',
        param: null,
        code: 404,
      },
    },
  ],
  [
    'vllm',
    parameter,
    400,
    { error: { message: parameter.message, type: 'BadRequestError', param: 'zzz', code: 400 } },
  ],
  [
    'ollama',
    unknownModel('m'),
    404,
    { error: { message: "model 'm' not found", type: 'not_found_error', param: null, code: null } },
  ],
  [
    'ollama',
    parameter,
    400,
    { error: { message: parameter.message, type: invalid, param: null, code: null } },
  ],
  [
    'ollama',
    internalError(),
    500,
    { error: { message: internalError().message, type: 'api_error', param: null, code: null } },
  ],
  [
    'llamacpp',
    wrongKey('k'),
    401,
    { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
  ],
  [
    'llamacpp',
    unknownUrl('GET', '/x'),
    404,
    { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } },
  ],
  ['llamacpp', parameter, 400, { error: { code: 400, message: parameter.message, type: invalid } }],
  [
    'llamacpp',
    internalError(),
    500,
    { error: { code: 500, message: internalError().message, type: 'server_error' } },
  ],
  [
    'groq',
    wrongKey('k'),
    401,
    { error: { message: 'Invalid API Key', type: invalid, code: 'invalid_api_key' } },
  ],
  ['groq', brokenJson(), 400, { error: { message: brokenJson().message, type: invalid } }],
  [
    'groq',
    limited,
    429,
    { error: { message: limited.message, type: 'requests', code: 'rate_limit_exceeded' } },
  ],
  ['mistral', wrongKey('k'), 401, { detail: 'Unauthorized' }],
  [
    'mistral',
    unknownModel('m'),
    400,
    {
      object: 'error',
      message: 'Invalid model: m',
      type: 'invalid_model',
      param: null,
      code: '1500',
    },
  ],
  [
    'mistral',
    parameter,
    400,
    { object: 'error', message: parameter.message, type: invalid, param: 'zzz', code: null },
  ],
  [
    'deepseek',
    wrongKey('k'),
    401,
    {
      error: {
        message: 'Authentication Fails (governor)',
        type: 'authentication_error',
        param: null,
        code: invalid,
      },
    },
  ],
  [
    'deepseek',
    unknownModel('m'),
    400,
    { error: { message: 'Model Not Exist', type: invalid, param: null, code: invalid } },
  ],
  [
    'xai',
    wrongKey('wrong'),
    400,
    {
      code: 'invalid-argument',
      error:
        'Incorrect API key provided: wrong. You can find your API key at https://console.x.ai.',
    },
  ],
  ['xai', unknownModel('m'), 404, { code: 'not-found', error: unknownModel('m').message }],
  [
    'openrouter',
    wrongKey('k'),
    401,
    { error: { message: 'No auth credentials found', code: 401 } },
  ],
  [
    'openrouter',
    unknownModel('m'),
    404,
    { error: { message: 'm is not a valid model ID', code: 404 } },
  ],
  [
    'openrouter',
    limited,
    429,
    {
      error: {
        message: limited.message,
        code: 429,
        metadata: { headers: { 'retry-after': '20' } },
      },
    },
  ],
  [
    'openrouter',
    internalError(),
    502,
    {
      error: {
        message: internalError().message,
        code: 502,
        metadata: { raw: internalError().message, provider_name: 'OpenAI' },
      },
    },
  ],
  [
    'anthropic-compat',
    limited,
    429,
    { error: { code: 'rate_limit_error', message: limited.message, type: invalid, param: null } },
  ],
  [
    'anthropic-compat',
    wrongKey('k'),
    401,
    {
      error: {
        code: 'authentication_error',
        message: 'invalid x-api-key',
        type: invalid,
        param: null,
      },
    },
  ],
]

test.each(refusals)('%s refuses: %s', async (name, error, status, body) => {
  expect(await refused(name, error)).toEqual([status, body])
})

test("azure's content filter says what it found in the prompt", async () => {
  const [status, { error }] = await refused(
    'azure',
    new ApiError(400, '', { code: 'content_filter' }),
  )
  expect(status).toBe(400)
  expect(error).toMatchObject({
    type: null,
    param: 'prompt',
    code: 'content_filter',
    status: 400,
    innererror: {
      code: 'ResponsibleAIPolicyViolation',
      content_filter_result: { violence: { filtered: true, severity: 'medium' } },
    },
  })
})

test('the headers of a refusal stay, but not the one that names OpenAI', async () => {
  const key = wrongKey('k')
  expect(errorIn({}, key)).toEqual({ status: 401, json: key.toBody(), headers: key.headers })
  for (const name of dialectNames) {
    const dialect = await loadDialect(name)
    if (!dialect.error) continue
    expect(errorIn(dialect, key).headers).toEqual({})
    expect(errorIn(dialect, limited).headers).toEqual({ 'retry-after': '20' })
  }
})

test('a stream is broken off with the same words, and by openrouter with a chunk', () => {
  const error = internalError()
  const body = { message: error.message, type: 'server_error', param: null, code: null }
  expect(JSON.parse(streamErrorIn({}, error, undefined))).toEqual({ error: body })
  expect(JSON.parse(streamErrorIn(vllm, error, undefined))).toEqual({
    error: { message: error.message, type: 'InternalServerError', param: null, code: 500 },
  })
  const last = {
    id: 'gen-1',
    provider: 'OpenAI',
    model: 'm',
    object: 'chat.completion.chunk',
    created: 1,
    choices: [],
  }
  expect(JSON.parse(streamErrorIn(openrouter, error, last))).toEqual({
    ...last,
    error: {
      message: error.message,
      code: 502,
      metadata: { raw: error.message, provider_name: 'OpenAI' },
    },
    choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
  })
})

const knows = (name: string) => !name.startsWith('zzz')

test('what OpenAI does not know is dropped where it is accepted, and never from the body itself', () => {
  const body = { model: 'm', messages: [], zzz_top_k: 3 }
  expect(chatBodyIn({}, body, knows)).toBe(body)
  expect(chatBodyIn({ request: { acceptsUnknown: true } }, body, knows)).toEqual({
    model: 'm',
    messages: [],
  })
  expect(body).toEqual({ model: 'm', messages: [], zzz_top_k: 3 })
})

const bodies: readonly (readonly [string, Dialect, given: object, heard: object])[] = [
  [
    'vllm sends usage unless told otherwise',
    vllm,
    { stream_options: {} },
    { stream_options: { include_usage: true } },
  ],
  [
    'vllm does not where told so',
    vllm,
    { stream_options: { include_usage: false } },
    { stream_options: { include_usage: false } },
  ],
  [
    'vllm counts on',
    vllm,
    { stream_options: { include_usage: true, continuous_usage_stats: true } },
    { stream_options: { include_usage: true } },
  ],
  ['vllm without stream options', vllm, { stream_options: null }, { stream_options: null }],
  ['ollama says one thing only', ollama, { n: 4 }, {}],
  ['anthropic clamps the temperature', anthropicCompat, { temperature: 1.7 }, { temperature: 1 }],
  [
    'anthropic leaves a temperature below 1',
    anthropicCompat,
    { temperature: 0.7 },
    { temperature: 0.7 },
  ],
  [
    'anthropic ignores a good deal',
    anthropicCompat,
    { n: 1, seed: 3, logprobs: true, response_format: { type: 'json_object' }, max_tokens: 5 },
    { n: 1, max_tokens: 5 },
  ],
]

test.each(bodies)('%s', (_, dialect, given, heard) => {
  const before = structuredClone(given)
  expect(chatBodyIn(dialect, given as never, knows)).toEqual(heard)
  expect(given).toEqual(before)
})

test('anthropic-compat has one choice and no more', () => {
  expect(() => chatBodyIn(anthropicCompat, { n: 2 }, knows)).toThrow(
    expect.objectContaining({
      status: 400,
      param: 'n',
      message: 'n: only one choice is supported.',
    }),
  )
})

test('models are listed as the dialect has them', () => {
  const openai = { id: 'm', object: 'model', created: 1_715_367_049, owned_by: 'system' }
  expect(modelIn({}, 'm')).toEqual(openai)
  expect(modelListIn({}, ['m'])).toEqual({ object: 'list', data: [openai] })
  expect(modelIn(ollama, 'm')).toEqual({ ...openai, owned_by: 'library' })
  expect(modelIn(vllm, 'm')).toMatchObject({
    owned_by: 'vllm',
    root: 'm',
    parent: null,
    max_model_len: 131_072,
    permission: [{ object: 'model_permission', allow_sampling: true, is_blocking: false }],
  })
  expect(modelListIn(openrouter, ['m'])).toEqual({ data: [modelIn(openrouter, 'm')] })
})
