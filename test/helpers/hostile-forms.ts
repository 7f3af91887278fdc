/** Forms that no honest client sends, and those that one does. */
import type { Random } from '../../base/random.ts'
import { oddValue } from './hostile-bodies.ts'
import type { FormPart } from './hostile-targets.ts'

const BOUNDARY = 'hostile-boundary'
const CRLF = '\r\n'

const names = [
  ...['', 'file', 'data', 'purpose', 'model', '__proto__', 'a[b]', 'a[]', 'a[__proto__]', '[', ']'],
  ...['a[0][b][c]', 'file[]', 'image', 'expires_after', 'x'.repeat(600), 'é', 'n', 'prompt[]'],
]

/** A multipart body, changed in a few places or in none. */
export function hostileForm(
  parts: readonly FormPart[],
  random: Random,
): { readonly type: string; readonly bytes: Buffer } {
  const list = [...parts]
  for (let i = random.pick([0, 0, 1, 1, 2, 4]); i > 0; i--) changeList(list, random)
  const bytes = Buffer.concat([...list.map(written), Buffer.from(`--${BOUNDARY}--${CRLF}`)])
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  if (random.integer(8) > 0) return { type, bytes }
  return spoiled(bytes, type, random)
}

function changeList(list: FormPart[], random: Random): void {
  const place = random.integer(list.length + 1)
  const part = list[place] ?? { name: random.pick(names), value: 'x' }
  const odd = oddValue(random)
  switch (random.integer(7)) {
    case 0:
      list.splice(place, 1)
      break
    case 1:
      list.splice(place, 0, part)
      break
    case 2:
      list[place] = { ...part, name: random.pick(names) }
      break
    case 3:
      list[place] = { ...part, value: typeof odd === 'string' ? odd : JSON.stringify(odd) }
      break
    case 4: {
      const { filename: _, ...field } = part
      list[place] = part.filename === undefined ? { ...part, filename: 'f.wav' } : field
      break
    }
    case 5:
      list[place] = {
        ...part,
        filename: random.pick(['', '../x', 'a"b', 'é.png', 'x.jsonl', '\0']),
      }
      break
    default:
      list[place] = { ...part, value: cut(part.value, random) }
  }
}

function cut(value: string | Buffer, random: Random): Buffer {
  const bytes = Buffer.from(value as string)
  const to = random.integer(bytes.length + 1)
  if (random.next() < 0.5) return bytes.subarray(0, to)
  if (to < bytes.length) bytes[to] = random.integer(256)
  return bytes
}

function written({ name, filename, type, value }: FormPart): Buffer {
  const file = filename === undefined ? '' : `; filename="${filename.replaceAll('"', '%22')}"`
  const kind = type === undefined ? '' : `Content-Type: ${type}${CRLF}`
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}${CRLF}`),
    Buffer.from(`Content-Disposition: form-data; name="${name}"${file}${CRLF}${kind}${CRLF}`),
    Buffer.from(value as string),
    Buffer.from(CRLF),
  ])
}

function spoiled(bytes: Buffer, type: string, random: Random): { type: string; bytes: Buffer } {
  switch (random.integer(7)) {
    case 0:
      return { type, bytes: bytes.subarray(0, random.integer(bytes.length)) }
    case 1:
      return { type: 'multipart/form-data', bytes }
    case 2:
      return { type: random.pick(['application/json', 'text/plain', 'multipart/mixed']), bytes }
    case 3:
      return { type, bytes: Buffer.from('garbage') }
    case 4:
      return { type, bytes: Buffer.concat(Array.from({ length: 8 }, () => bytes)) }
    case 5:
      return { type: `${type}; charset="`, bytes }
    default: {
      const part = written({ name: 'x', value: '' })
      return { type, bytes: Buffer.concat(Array.from({ length: 1100 }, () => part)) }
    }
  }
}
