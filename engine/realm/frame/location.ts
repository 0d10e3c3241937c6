// `location` of a page. A window's own can't be replaced, and what is set on it would lead the frame away, so programs
// are rewritten to speak to this one: `rewriteLocation()` does it, before they run.
import { parse, type AnyNode, type Options } from 'acorn'
import { full } from 'acorn-walk'

/** Name of it in a realm. */
export const LOCATION = '__peelLocation'

/** Objects whose `location` is the page's. */
const HOLDERS = new Set(['window', 'self', 'globalThis', 'document', 'top', 'parent'])

const PARTS = ['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const

/** Where scripts believe to be. What sets it leads the page elsewhere; a fragment alone does not. */
export class PageLocation extends URL {
  static {
    // Bundling shortens the names of classes.
    Object.defineProperty(this, 'name', { value: 'Location' })
    for (const part of PARTS) {
      Object.defineProperty(this.prototype, part, {
        enumerable: true,
        get(this: PageLocation) {
          return new URL(this.href)[part]
        },
        set(this: PageLocation, value: unknown) {
          const to = new URL(this.href)
          to[part] = String(value)
          this.assign(to)
        },
      })
    }
  }
  readonly #go: (url: string) => void

  constructor(url: string, go: (url: string) => void) {
    super(url)
    this.#go = go
  }

  override get href(): string {
    return super.href
  }

  override set href(to: string) {
    this.assign(to)
  }

  /** @throws {DOMException} as a browser does, where it is no URL */
  assign(to: string | URL): void {
    if (!URL.canParse(String(to), this.href)) {
      throw new DOMException(
        `Failed to set the 'href' property on 'Location': '${String(to)}' is not a valid URL.`,
        'SyntaxError',
      )
    }
    const url = new URL(String(to), this.href)
    const isHere = url.hash !== '' && url.href.split('#')[0] === this.href.split('#')[0]
    if (!isHere) return this.#go(url.href)
    super.href = url.href
    document.getElementById(decodeURIComponent(url.hash.slice(1)))?.scrollIntoView()
    dispatchEvent(new Event('hashchange'))
  }

  /** What `history.pushState` does: another address, the same document. @throws {DOMException} for another origin */
  move(to: string | URL | null | undefined): void {
    if (to === null || to === undefined) return
    const url = new URL(String(to), this.href)
    if (url.origin !== this.origin) {
      throw new DOMException(
        `Failed to execute 'pushState' on 'History': A history state object with URL '${url.href}' cannot be created in a document with origin '${this.origin}' and URL '${this.href}'.`,
        'SecurityError',
      )
    }
    super.href = url.href
  }

  replace(to: string | URL): void {
    this.assign(to)
  }

  reload(): void {
    this.#go(this.href)
  }
}

/**
 * Has a program speak to the realm's location instead of the window's. What declares a `location` of its own keeps it;
 * what can't be read is left as it is.
 */
export function rewriteLocation(source: string, options: Partial<Options> = {}): string {
  if (!source.includes('location')) return source
  /** Where it stands by itself, and as a property of the window or the document. */
  const bare = new Set<number>()
  const properties = new Set<number>()
  const shorthands = new Set<number>()
  let isOwn = false
  try {
    const program = parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      ...options,
    })
    full(program, (node: AnyNode) => {
      if (isLocation(node)) bare.add(node.start)
      else if (node.type === 'Property' && node.shorthand) shorthands.add(node.start)
      else if (node.type === 'MemberExpression' && !node.computed && isHolder(node.object) && isLocation(node.property))
        properties.add(node.property.start)
      isOwn ||= declaresLocation(node)
    })
  } catch {
    return source
  }
  const places = isOwn ? [...properties] : [...properties, ...bare]
  return places
    .toSorted((one, other) => other - one)
    .reduce((text, at) => {
      const name = shorthands.has(at) ? `location: ${LOCATION}` : LOCATION
      return text.slice(0, at) + name + text.slice(at + 'location'.length)
    }, source)
}

function isLocation(node: AnyNode): boolean {
  return node.type === 'Identifier' && node.name === 'location'
}

function isHolder(node: AnyNode): boolean {
  return node.type === 'Identifier' && HOLDERS.has(node.name)
}

/** Whether a node binds the name: as a variable, a parameter, or out of an object. */
function declaresLocation(node: AnyNode): boolean {
  switch (node.type) {
    case 'VariableDeclarator':
      return isLocation(node.id)
    case 'ObjectPattern':
      return node.properties.some((one) => one.type === 'Property' && isLocation(one.value))
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.params.some(isLocation)
    default:
      return false
  }
}
