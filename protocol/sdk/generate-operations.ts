/**
 * The operations of the `openai` package, read from its files: verb and path from the `.js` of each
 * resource, the types of what is answered from the `.d.ts` beside it. Both are generated upstream, so
 * their lines have one form. Part of the build, not of the product.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Operation } from './surface.ts'

/** An operation whose types are still TypeScript, in the words of `imports`. */
export interface SourceOperation {
  readonly operation: Omit<Operation, 'response' | 'stream'>
  readonly response: string | undefined
  readonly stream: string | undefined
}

export interface Sources {
  readonly operations: readonly SourceOperation[]
  /** The modules that the types are in, by the name they have there. */
  readonly imports: ReadonlyMap<string, string>
}

/** `root`: the folder of the package. */
export function readOperations(root: string): Sources {
  const imports = new Map<string, string>()
  const importName = (path: string) => {
    const known = [...imports].find(([, other]) => other === path)
    const name = known?.[0] ?? `module${imports.size}`
    imports.set(name, path)
    return name
  }
  const folder = join(root, 'resources')
  const operations = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.js') && existsSync(join(folder, path.replace(/js$/, 'd.ts'))))
    .sort()
    .flatMap(path => operationsOf(join(folder, path), importName))
  return { operations, imports }
}

function operationsOf(path: string, importName: (path: string) => string): SourceOperation[] {
  const code = withoutComments(readFileSync(path, 'utf8'))
  const declaration = withoutComments(readFileSync(path.replace(/js$/, 'd.ts'), 'utf8'))
  const qualify = qualifier(path.replace(/\.js$/, ''), declaration, importName)
  const answers = answersOf(declaration)
  return membersOf(code, /^class (\w+) extends /).flatMap(({ name, body }) => {
    const called = callIn(body)
    if (!called) return []
    const types = answers.get(name) ?? []
    if (types.length === 0) throw new Error(`${path}: nothing says what ${name} answers`)
    return [describe(called, types, qualify)]
  })
}

interface Called extends Omit<Operation, 'kind' | 'response' | 'stream'> {
  readonly isPage: boolean
  readonly isBinary: boolean
}

/** The one request that a method makes; undefined: it makes none of its own. */
function callIn(body: string): Called | undefined {
  const call =
    /this\._client\.(get|post|delete|getAPIList)\((?:\(0, path_1\.path\) )?['`]([^'`]+)['`]/.exec(
      body,
    )
  if (!call) return undefined
  const [path = '', query = ''] = call[2]!.split('?')
  const verb = call[1] === 'getAPIList' ? (/method: '(\w+)'/.exec(body)?.[1] ?? 'get') : call[1]!
  return {
    method: verb.toUpperCase() as Operation['method'],
    path: path.replace(/\$\{(\w+)\}/g, ':$1'),
    beta: query === 'beta=true',
    isPage: call[1] === 'getAPIList',
    isBinary: body.includes('__binaryResponse: true'),
  }
}

/** `types`: of what each overload answers, without the promise. */
function describe(
  { isPage, isBinary, ...called }: Called,
  types: readonly string[],
  qualify: (type: string) => string,
): SourceOperation {
  const plain = types.find(type => !type.includes('Stream<')) ?? types[0]!
  const events = types.map(type => /\bStream<([^>]+)>/.exec(type)?.[1]).find(Boolean)
  const stream = events && qualify(events)
  const kind = isBinary ? 'binary' : isPage ? 'page' : plain === 'void' ? 'none' : 'json'
  // A page's type comes first, then its items'.
  const answered = isPage ? plain.replace(/^\w+, /, '') : plain
  const response = kind === 'json' || kind === 'page' ? qualify(answered) : undefined
  return { operation: { ...called, kind }, response, stream }
}

/** What each method of a declaration answers, by `Class.method`. */
function answersOf(declaration: string): Map<string, string[]> {
  const answers = new Map<string, string[]>()
  for (const { name, body } of membersOf(declaration, /^export declare class (\w+) extends /)) {
    const type = /\): (?:APIPromise|PagePromise)<([\s\S]*)>;\s*$/.exec(body)?.[1]
    if (type !== undefined) answers.set(name, [...(answers.get(name) ?? []), type])
  }
  return answers
}

interface Member {
  /** `Class.method` */
  readonly name: string
  readonly body: string
}

/** What stands four spaces deep in a class, with all that belongs to it. */
function membersOf(text: string, opensClass: RegExp): Member[] {
  const members: { name: string; body: string }[] = []
  let inClass: string | undefined
  for (const line of text.split('\n')) {
    const opened = opensClass.exec(line)
    const method = /^ {4}(?:async )?(\w+)(?:<[^(]*>)?\(/.exec(line)
    if (opened) inClass = opened[1]
    else if (line.startsWith('}')) inClass = undefined
    else if (inClass && method) members.push({ name: `${inClass}.${method[1]}`, body: line })
    else if (inClass && /^ {5,}\S|^ {4}\}/.test(line) && members.length > 0) {
      members.at(-1)!.body += `\n${line}`
    }
  }
  return members
}

/** Puts the module in front of each type that a declaration file names. */
function qualifier(
  path: string,
  declaration: string,
  importName: (path: string) => string,
): (type: string) => string {
  const spaces = new Map<string, string>()
  const named = new Map<string, string>()
  for (const [, space, names, from] of declaration.matchAll(
    /^import (?:type )?(?:\* as (\w+)|\{([^}]*)\}) from "(\.[^"]+)\.js";/gm,
  )) {
    const target = join(dirname(path), from!)
    if (space) spaces.set(space, target)
    for (const name of names?.split(',') ?? [])
      named.set(name.replace(/^\s*type /, '').trim(), target)
  }
  for (const [, name] of declaration.matchAll(
    /^export (?:declare )?(?:type|interface|namespace|class) (\w+)/gm,
  )) {
    named.set(name!, path)
  }
  return type =>
    type.replace(/(?<![.\w'"])([A-Za-z_]\w*)/g, name => {
      const space = spaces.get(name)
      if (space !== undefined) return importName(space)
      const home = named.get(name)
      return home === undefined ? name : `${importName(home)}.${name}`
    })
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\/\n/gm, '').replace(/^\s*\/\/.*\n/gm, '')
}
