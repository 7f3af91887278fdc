/** Every endpoint of the mock server, each with something that it takes: what a hostile client starts from. */
import type { Random } from '../../base/random.ts'

/** A part of a form; one with a file name is a file. */
export interface FormPart {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly value: string | Buffer
}

export interface Target {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** As the endpoint has it, without `/v1`; what varies begins with a colon or a star. */
  readonly path: string
  /** What kind of id stands in the path, as `kinds` names them. */
  readonly id?: Kind
  /** Bodies that are taken. `$file` and the like stand for an id that an answer told. */
  readonly bodies?: readonly unknown[]
  readonly forms?: readonly (readonly FormPart[])[]
  /** Queries that are taken. */
  readonly queries?: readonly string[]
}

export type Kind = keyof typeof kinds

/** The ids that answers tell. */
export const kinds = {
  chat: /"(chatcmpl-[\w-]+)"/g,
  resp: /"(resp_[\w-]+)"/g,
  item: /"((?:msg|fc|rs)_[\w-]+)"/g,
  conv: /"(conv_[\w-]+)"/g,
  file: /"(file-[\w-]+)"/g,
  upload: /"(upload_[\w-]+)"/g,
  part: /"(part_[\w-]+)"/g,
  batch: /"(batch_[\w-]+)"/g,
  image: /\/images\/files\/(img-[\w-]+\.png)"/g,
} as const

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]{2,9}$' },
    tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
    size: { anyOf: [{ type: 'number' }, { type: 'null' }] },
  },
  required: ['name', 'tags', 'size'],
  additionalProperties: false,
  $defs: { tag: { type: 'string', enum: ['a', 'b'] } },
}
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city'],
}
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }

const chats: readonly unknown[] = [
  {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Weather in Oslo, as json?' }, image] },
    ],
    temperature: 0.5,
    top_p: 0.9,
    n: 2,
    stop: ['x', 'y'],
    max_tokens: 20,
    seed: 7,
    logprobs: true,
    top_logprobs: 3,
    logit_bias: { '50256': -100 },
    presence_penalty: 0.1,
    user: 'u',
    metadata: { a: 'b' },
    store: true,
    service_tier: 'auto',
  },
  {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Weather in Oslo?' }],
    tools: [
      { type: 'function', function: { name: 'get_weather', description: 'd', parameters } },
      { type: 'custom', custom: { name: 'note', format: { type: 'text' } } },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    stream: true,
    stream_options: { include_usage: true },
  },
  {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear"}' },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 's', strict: true, schema } },
    stream: true,
    logprobs: true,
    prediction: { type: 'content', content: 'Sunny.' },
  },
  {
    model: 'gpt-audio',
    messages: [{ role: 'user', content: 'Say hi.' }],
    modalities: ['text', 'audio'],
    audio: { voice: 'alloy', format: 'pcm16' },
    stream: true,
  },
  {
    model: 'o3-mini',
    messages: [{ role: 'user', content: 'Reply with exactly this text: hello' }],
    reasoning_effort: 'low',
    max_completion_tokens: 200,
    functions: [{ name: 'f', parameters }],
    function_call: 'auto',
  },
]

const responses: readonly unknown[] = [
  {
    model: 'gpt-4o-mini',
    input: 'Tell a story.',
    instructions: 'Be brief.',
    temperature: 0.3,
    max_output_tokens: 64,
    metadata: { a: 'b' },
    text: { format: { type: 'json_schema', name: 's', strict: true, schema } },
    include: ['message.output_text.logprobs'],
    top_logprobs: 2,
    stream: true,
    stream_options: { include_obfuscation: false },
  },
  {
    model: 'gpt-5-mini',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Weather in Oslo?' }] },
      { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call_output', call_id: 'c1', output: 'Clear.' },
      { type: 'item_reference', id: '$item' },
    ],
    tools: [
      { type: 'function', name: 'get_weather', parameters, strict: false },
      { type: 'web_search' },
      { type: 'file_search', vector_store_ids: ['vs_1'] },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'image_generation', partial_images: 2 },
      { type: 'mcp', server_label: 's', server_url: 'http://127.0.0.1:9/' },
      { type: 'custom', name: 'note' },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
    reasoning: { effort: 'low', summary: 'auto' },
    previous_response_id: '$resp',
    stream: true,
  },
  {
    model: 'gpt-4o-mini',
    input: [
      { type: 'shell_call', call_id: 'c2', action: { commands: ['ls'] }, status: 'completed' },
      { type: 'shell_call_output', call_id: 'c2', output: [{ stdout: 'a', stderr: '' }] },
      { type: 'computer_call', id: 'cu_1', call_id: 'c3', action: { type: 'click' } },
      { type: 'computer_call_output', call_id: 'c3', output: { type: 'computer_screenshot' } },
      { type: 'custom_tool_call', call_id: 'c4', name: 'note', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c4', output: [{ type: 'refusal' }] },
      { type: 'mcp_call', id: 'mcp_1', name: 'f', arguments: '{}', output: 'x' },
      { type: 'mcp_approval_response', approval_request_id: 'm', approve: true },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'x' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { query: 'x' } },
      { type: 'compaction', encrypted_content: 'x' },
    ],
    tools: [{ type: 'shell' }, { type: 'computer' }, { type: 'apply_patch' }],
    tool_choice: { type: 'shell' },
  },
  { model: 'gpt-4o-mini', input: 'Later.', background: true, store: true },
  { model: 'gpt-4o-mini', input: 'And now?', conversation: '$conv', truncation: 'auto' },
  {
    model: 'o3-mini',
    input: [{ type: 'message', role: 'user', content: 'Think.' }],
    prompt: { id: 'pmpt_1', variables: { a: 'b' } },
    tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] }],
    tool_choice: 'required',
    background: true,
    stream: true,
  },
]

const messages: readonly unknown[] = [
  {
    model: 'claude-sonnet-4-5',
    max_tokens: 64,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [
      { role: 'user', content: 'Weather in Oslo?' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Well.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Clear.' }],
      },
    ],
    tools: [{ name: 'get_weather', description: 'd', input_schema: parameters }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    stop_sequences: ['x'],
    temperature: 0.5,
    top_k: 5,
    metadata: { user_id: 'u' },
  },
  {
    model: 'claude-sonnet-4-5',
    max_tokens: 2048,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Think.' }] }],
    stream: true,
  },
]

const items = [
  { type: 'message', role: 'user', content: 'Hello.' },
  { role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] },
]

const line = (id: string) =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi.' }] },
  })
const png = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001',
  'hex',
)
const picture = (name: string): FormPart => ({
  name,
  filename: 'a.png',
  type: 'image/png',
  value: png,
})

/** A second of silence. */
function sound(): Buffer {
  const wav = Buffer.alloc(44 + 8000)
  wav.write('RIFF', 0).toString()
  wav.writeUInt32LE(36 + 8000, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(4000, 24)
  wav.writeUInt32LE(8000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(8000, 40)
  return wav
}
const spoken: FormPart = { name: 'file', filename: 'a.wav', type: 'audio/wav', value: sound() }
const field = (name: string, value: string): FormPart => ({ name, value })
const pages = ['', 'limit=2', 'limit=1&order=asc', 'order=desc&after=$item', 'before=$file']

export const targets: readonly Target[] = [
  { method: 'POST', path: '/chat/completions', bodies: chats },
  {
    method: 'GET',
    path: '/chat/completions',
    queries: [...pages, 'model=gpt-4o', 'metadata[a]=b'],
  },
  { method: 'GET', path: '/chat/completions/:id', id: 'chat' },
  {
    method: 'POST',
    path: '/chat/completions/:id',
    id: 'chat',
    bodies: [{ metadata: { a: 'c' } }],
  },
  { method: 'DELETE', path: '/chat/completions/:id', id: 'chat' },
  { method: 'GET', path: '/chat/completions/:id/messages', id: 'chat', queries: pages },
  { method: 'POST', path: '/responses', bodies: responses },
  { method: 'POST', path: '/responses/input_tokens', bodies: responses },
  { method: 'POST', path: '/responses/compact', bodies: responses },
  {
    method: 'GET',
    path: '/responses/:id',
    id: 'resp',
    queries: ['', 'stream=true', 'stream=true&starting_after=3', 'include_obfuscation=false'],
  },
  { method: 'DELETE', path: '/responses/:id', id: 'resp' },
  { method: 'POST', path: '/responses/:id/cancel', id: 'resp', bodies: [{}] },
  { method: 'GET', path: '/responses/:id/input_items', id: 'resp', queries: pages },
  { method: 'POST', path: '/conversations', bodies: [{ metadata: { a: 'b' }, items }, {}] },
  { method: 'GET', path: '/conversations/:id', id: 'conv' },
  { method: 'POST', path: '/conversations/:id', id: 'conv', bodies: [{ metadata: { a: 'c' } }] },
  { method: 'DELETE', path: '/conversations/:id', id: 'conv' },
  { method: 'POST', path: '/conversations/:id/items', id: 'conv', bodies: [{ items }] },
  { method: 'GET', path: '/conversations/:id/items', id: 'conv', queries: pages },
  { method: 'GET', path: '/conversations/:id/items/:item', id: 'conv' },
  { method: 'DELETE', path: '/conversations/:id/items/:item', id: 'conv' },
  {
    method: 'POST',
    path: '/completions',
    bodies: [
      {
        model: 'gpt-3.5-turbo-instruct',
        prompt: ['Once', 'upon'],
        suffix: 'end',
        max_tokens: 9,
        n: 2,
        best_of: 3,
        logprobs: 2,
        stop: 'x',
        user: 'u',
      },
      {
        model: 'gpt-3.5-turbo-instruct',
        prompt: [1, 2, 3],
        stream: true,
        echo: true,
        logprobs: 1,
        stream_options: { include_usage: true },
      },
    ],
  },
  {
    method: 'POST',
    path: '/embeddings',
    bodies: [
      { model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 16, user: 'u' },
      { model: 'text-embedding-ada-002', input: [1, 2], encoding_format: 'base64' },
    ],
  },
  {
    method: 'POST',
    path: '/moderations',
    bodies: [
      { model: 'omni-moderation-latest', input: ['I hate you', 'hello'] },
      { input: [{ type: 'text', text: 'kill' }, image] },
    ],
  },
  { method: 'GET', path: '/models' },
  { method: 'GET', path: '/models/*id' },
  { method: 'DELETE', path: '/models/*id' },
  {
    method: 'POST',
    path: '/images/generations',
    bodies: [
      { model: 'dall-e-2', prompt: 'otter', size: '256x256', n: 2, response_format: 'url' },
      {
        model: 'gpt-image-1.5',
        prompt: 'otter',
        size: '1024x1024',
        quality: 'low',
        background: 'opaque',
        output_format: 'jpeg',
        output_compression: 50,
        moderation: 'low',
        partial_images: 1,
        stream: true,
      },
    ],
  },
  {
    method: 'POST',
    path: '/images/edits',
    bodies: [
      {
        model: 'gpt-image-1.5',
        prompt: 'hat',
        images: [{ image_url: 'data:,' }],
        size: '1024x1024',
      },
    ],
    forms: [[picture('image[]'), picture('mask'), field('prompt', 'hat'), field('n', '1')]],
  },
  {
    method: 'POST',
    path: '/images/variations',
    forms: [[picture('image'), field('n', '1'), field('size', '256x256')]],
  },
  { method: 'GET', path: '/images/files/:name', id: 'image' },
  {
    method: 'POST',
    path: '/audio/speech',
    bodies: [
      { model: 'tts-1', input: 'Hello.', voice: 'alloy', response_format: 'mp3', speed: 2 },
      {
        model: 'gpt-4o-mini-tts',
        input: 'Hello.',
        voice: { id: 'v' },
        instructions: 'sing',
        response_format: 'opus',
        stream_format: 'sse',
      },
    ],
  },
  {
    method: 'POST',
    path: '/audio/transcriptions',
    forms: [
      [
        spoken,
        field('model', 'whisper-1'),
        field('response_format', 'verbose_json'),
        field('timestamp_granularities[]', 'word'),
        field('temperature', '0.2'),
        field('language', 'en'),
      ],
      [
        spoken,
        field('model', 'gpt-4o-transcribe'),
        field('stream', 'true'),
        field('include[]', 'logprobs'),
        field('prompt', 'Oslo'),
        field('chunking_strategy[type]', 'server_vad'),
      ],
    ],
  },
  {
    method: 'POST',
    path: '/audio/translations',
    forms: [[spoken, field('model', 'whisper-1'), field('response_format', 'srt')]],
  },
  {
    method: 'POST',
    path: '/files',
    forms: [
      [
        field('purpose', 'batch'),
        {
          name: 'file',
          filename: 'b.jsonl',
          type: 'application/jsonl',
          value: `${line('1')}\n${line('2')}`,
        },
        field('expires_after[anchor]', 'created_at'),
        field('expires_after[seconds]', '3600'),
      ],
      [
        { name: 'file', filename: 'a".txt', type: 'text/plain', value: 'hello' },
        field('purpose', 'user_data'),
      ],
    ],
  },
  { method: 'GET', path: '/files', queries: [...pages, 'purpose=batch'] },
  { method: 'GET', path: '/files/:id', id: 'file' },
  { method: 'DELETE', path: '/files/:id', id: 'file' },
  { method: 'GET', path: '/files/:id/content', id: 'file' },
  {
    method: 'POST',
    path: '/uploads',
    bodies: [
      {
        bytes: 5,
        filename: 'a.txt',
        mime_type: 'text/plain',
        purpose: 'user_data',
        expires_after: { anchor: 'created_at', seconds: 3600 },
      },
    ],
  },
  {
    method: 'POST',
    path: '/uploads/:id/parts',
    id: 'upload',
    forms: [[{ name: 'data', filename: 'p', value: 'hello' }]],
  },
  {
    method: 'POST',
    path: '/uploads/:id/complete',
    id: 'upload',
    bodies: [{ part_ids: ['$part'], md5: '5d41402abc4b2a76b9719d911017c592' }],
  },
  { method: 'POST', path: '/uploads/:id/cancel', id: 'upload', bodies: [{}] },
  {
    method: 'POST',
    path: '/batches',
    bodies: [
      {
        input_file_id: '$file',
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
        metadata: { a: 'b' },
        output_expires_after: { anchor: 'created_at', seconds: 3600 },
      },
    ],
  },
  { method: 'GET', path: '/batches', queries: pages },
  { method: 'GET', path: '/batches/:id', id: 'batch' },
  { method: 'POST', path: '/batches/:id/cancel', id: 'batch', bodies: [{}] },
  { method: 'POST', path: '/messages', bodies: messages },
  { method: 'POST', path: '/messages/count_tokens', bodies: messages },
]

/** The ids that answers told so far, a few of each kind. */
export interface Ids {
  learn(answer: string): void
  pick(kind: string, random: Random): string
}

const KEPT_IDS = 12

export function createIds(): Ids {
  const found = new Map<string, string[]>()
  return {
    learn(answer) {
      for (const [kind, pattern] of Object.entries(kinds)) {
        const known = found.get(kind) ?? []
        for (const [, id] of answer.matchAll(pattern)) {
          if (!known.includes(id!)) known.unshift(id!)
        }
        known.length = Math.min(known.length, KEPT_IDS)
        found.set(kind, known)
      }
    },
    pick(kind, random) {
      const known = found.get(kind) ?? []
      return known.length > 0 ? random.pick(known) : `${kind}_unknown`
    },
  }
}
