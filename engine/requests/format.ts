// Writes requests as `.http` text, and changes one request of a file while everything else stays as it was.
import { scanHttpFile, splitLines, type Block } from './scan'
import { HttpFileError, type RequestText } from './types'

/** Writes requests as a file; `parseHttpFile` gives the same back. */
export function formatHttpFile(requests: readonly RequestText[]): string {
  return requests
    .map((request, index) => {
      checkWritable(request)
      const head = index > 0 || request.title ? [`### ${request.title}`.trimEnd()] : []
      return `${[...head, ...formatBlock(request)].join('\n')}\n`
    })
    .join('\n')
}

/**
 * Puts `request` in the place of the file's request number `index`. Only lines that say something else now are
 * touched: comments, variables, empty lines and the line ends of the file survive.
 * @throws {HttpFileError} when the file cannot be read, has no such request, or the request cannot be written
 */
export function replaceRequest(text: string, index: number, request: RequestText, file = 'requests.http'): string {
  checkWritable(request, file)
  const { lines, block } = findBlock(text, index, file)
  const next: (string | readonly string[])[] = [...lines]
  replaceTitle(next, block, request)
  replaceSettings(next, block, request)
  replaceRequestLine(next, block, request)
  replaceHeaders(next, block, request)
  replaceBody(next, lines, block, request)
  return next.flat().join(lineEnd(text))
}

/** Adds a request at the end of a file. */
export function appendRequest(text: string, request: RequestText): string {
  const end = lineEnd(text)
  const before = text.trimEnd()
  const head = before === '' && !request.title ? [] : [`### ${request.title}`.trimEnd()]
  checkWritable(request)
  return [...(before === '' ? [] : [before, '']), ...head, ...formatBlock(request), ''].join(end)
}

/** Takes a request out of a file, with its `###` line and its comments. */
export function removeRequest(text: string, index: number, file = 'requests.http'): string {
  const { lines, block } = findBlock(text, index, file)
  return [...lines.slice(0, block.from), ...lines.slice(block.to)].join(lineEnd(text))
}

function findBlock(text: string, index: number, file: string): { lines: string[]; block: Block } {
  const block = scanHttpFile(text, file).blocks[index]
  if (!block) throw new HttpFileError(file, 1, `there is no request number ${index + 1}.`)
  return { lines: splitLines(text), block }
}

function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function formatBlock(request: RequestText): string[] {
  return [
    ...request.settings.map(([key, value]) => `# @${key} ${value}`.trimEnd()),
    `${request.method} ${request.target}`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`.trimEnd()),
    ...(request.body ? ['', ...splitLines(request.body)] : []),
  ]
}

/** The format has no way to write these down: better said than sent as something else. */
function checkWritable(request: RequestText, file = 'requests.http'): void {
  const fail = (why: string): never => {
    throw new HttpFileError(file, 1, why)
  }
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(request.method)) fail(`"${request.method}" cannot be a method.`)
  if (request.target.trim() === '') fail('the path is empty.')
  if (/\s/.test(request.target.replaceAll(/\{\{[^}]*\}\}/g, ''))) {
    fail('the path has a space in it. Write it as %20.')
  }
  for (const [name, value] of request.headers) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name.replaceAll(/\{\{[^}]*\}\}/g, 'x')) || name.startsWith('#')) {
      fail(`"${name}" cannot be a header name.`)
    }
    if (/[\r\n]/.test(value)) fail(`the value of ${name} has a line break in it.`)
  }
  if (splitLines(request.body).some((line) => line.startsWith('###'))) {
    fail('a line of the body begins with ###, which would end the request.')
  }
}

type Lines = (string | readonly string[])[]

function replaceTitle(next: Lines, block: Block, request: RequestText): void {
  if (request.title === block.text.title) return
  const line = `### ${request.title}`.trimEnd()
  if (block.separator) next[block.separator.at] = line
  else next[block.from] = [line, ...[next[block.from] ?? ''].flat()]
}

function replaceSettings(next: Lines, block: Block, request: RequestText): void {
  const left = [...request.settings]
  for (const setting of block.settings) {
    const found = left.findIndex(([key]) => key === setting.key)
    const [, value] = found < 0 ? [] : (left.splice(found, 1)[0] ?? [])
    if (value === undefined) next[setting.at] = []
    else if (value !== setting.value) next[setting.at] = `# @${setting.key} ${value}`.trimEnd()
  }
  const added = left.map(([key, value]) => `# @${key} ${value}`.trimEnd())
  if (added.length === 0) return
  // A new title may stand in the same place already: the request line is the last of them.
  const old = [next[block.request.at] ?? ''].flat()
  next[block.request.at] = [...old.slice(0, -1), ...added, ...old.slice(-1)]
}

function replaceRequestLine(next: Lines, block: Block, request: RequestText): void {
  if (request.method === block.text.method && request.target === block.text.target) return
  const version = block.request.version ? ` ${block.request.version}` : ''
  const line = `${request.method} ${request.target}${version}`
  const old = [next[block.request.at] ?? ''].flat()
  next[block.request.at] = [...old.slice(0, -1), line]
  if (request.target !== block.text.target) for (const { at } of block.continued) next[at] = []
}

function replaceHeaders(next: Lines, block: Block, request: RequestText): void {
  block.headers.forEach((header, index) => {
    const wanted = request.headers[index]
    if (!wanted) next[header.at] = []
    else if (wanted[0] !== header.name || wanted[1] !== header.value) {
      next[header.at] = `${wanted[0]}: ${wanted[1]}`.trimEnd()
    }
  })
  const added = request.headers.slice(block.headers.length).map(([name, value]) => `${name}: ${value}`.trimEnd())
  if (added.length === 0) return
  const last = block.headers.at(-1)?.at ?? block.continued.at(-1)?.at ?? block.request.at
  next[last] = [...[next[last] ?? ''].flat(), ...added]
}

function replaceBody(next: Lines, all: readonly string[], block: Block, request: RequestText): void {
  const first = block.body[0]
  // A WebSocket's messages may begin with === right under the headers; another body may not.
  const gap = first && all[first.at - 1]?.trim() !== '' ? [''] : []
  if (request.body === block.text.body) {
    if (first && request.method !== block.text.method) next[first.at] = [...gap, all[first.at] ?? '']
    return
  }
  const lines = request.body === '' ? [] : splitLines(request.body)
  if (first) {
    for (const { at } of block.body) next[at] = []
    next[first.at] = lines.length === 0 ? [] : [...gap, ...lines]
    return
  }
  if (lines.length === 0) return
  const last = Math.max(block.request.at, ...block.headers.map(({ at }) => at), ...block.continued.map(({ at }) => at))
  next[last] = [...[next[last] ?? ''].flat(), '', ...lines]
}
