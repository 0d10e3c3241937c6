// Makes a drawing of the page stand alone: an SVG without classes, tokens and style sheets, whose every part carries its
// looks as attributes. Needs the drawing in the document, as it is the style sheet that knows how it looks.

/** What a shape looks like, each with what needs no saying. */
const LOOKS: Readonly<Record<string, readonly string[]>> = {
  opacity: ['1'],
  fill: ['rgb(0, 0, 0)'],
  stroke: ['none'],
  'stroke-width': ['1'],
  'stroke-dasharray': ['none'],
  'stroke-linecap': ['butt'],
  'stroke-linejoin': ['miter'],
  visibility: ['visible'],
}
const TEXT_LOOKS: Readonly<Record<string, readonly string[]>> = {
  'font-family': [],
  'font-size': [],
  'font-weight': ['400'],
  'text-anchor': ['start'],
  'dominant-baseline': ['auto'],
}
/** A group's looks that are not said again by the parts inside. */
const GROUP_LOOKS = ['opacity']
const DRAWN = new Set(['path', 'rect', 'circle', 'ellipse', 'line', 'polygon', 'text', 'tspan'])
/** Attributes that mean something to the page alone. */
const OWN = /^(?:class|style|aria-.*|data-.*|role|tabindex|id)$/
/** What is there to be pressed, and tells nothing of the run: grips and switches of layers. */
const CONTROLS = '.on-handle'
/** Notes may stand a little over the edge. */
const PAD = 8

export interface Snapshot {
  readonly text: string
  readonly width: number
  readonly height: number
}

export interface SnapshotWords {
  /** What the picture is of, in a few words. */
  readonly title: string
  /** What it shows, for those who don't see it. */
  readonly description: string
}

/**
 * A copy of a drawing as text. Widths of texts are fixed, so that another face than the page's moves nothing.
 * @param ground  colour behind it
 */
export function snapshotSvg(live: SVGSVGElement, ground: string, { title, description }: SnapshotWords): Snapshot {
  const copy = live.cloneNode(true) as SVGSVGElement
  const ids = new Map(Array.from(live.querySelectorAll('[id]'), ({ id }, index) => [id, `p${index + 1}`] as const))
  const away: Element[] = []
  resolveLooks(live, copy, ids, away)
  for (const element of away) element.remove()
  const box = live.viewBox.baseVal
  const [x, y, width, height] = [box.x - PAD, box.y - PAD, box.width + 2 * PAD, box.height + 2 * PAD]
  copy.setAttribute('viewBox', [x, y, width, height].join(' '))
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  copy.setAttribute('role', 'img')
  copy.setAttribute('aria-labelledby', 'title description')
  copy.prepend(
    make('title', { id: 'title' }, title),
    make('desc', { id: 'description' }, description),
    make('rect', { x, y, width, height, fill: ground }),
  )
  return { text: new XMLSerializer().serializeToString(copy), width, height }
}

function make(name: string, attributes: Readonly<Record<string, string | number>>, text = ''): Element {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.textContent = text
  return element
}

function resolveLooks(live: Element, copy: Element, ids: ReadonlyMap<string, string>, away: Element[]): void {
  const style = getComputedStyle(live)
  const isDrawn = DRAWN.has(live.tagName)
  for (const { name } of Array.from(copy.attributes)) if (OWN.test(name)) copy.removeAttribute(name)
  const id = ids.get(live.id)
  if (id) copy.setAttribute('id', id)
  // Areas that only catch the pointer are no part of the picture.
  const catches = isDrawn && style.fill === 'none' && style.stroke === 'none'
  const isControl = live.matches(CONTROLS)
  if (style.display === 'none' || style.opacity === '0' || isControl || catches) {
    away.push(copy)
    return
  }
  if (live.tagName !== 'svg') {
    if (style.transform !== 'none' && live.tagName !== 'pattern') copy.setAttribute('transform', style.transform)
    const looks = Object.entries(LOOKS).filter(([name]) => isDrawn || GROUP_LOOKS.includes(name))
    const textLooks = live instanceof SVGTextElement ? Object.entries(TEXT_LOOKS) : []
    for (const [name, usual] of [...looks, ...textLooks]) {
      const value = asAttribute(style.getPropertyValue(name), ids)
      if (usual.includes(value)) copy.removeAttribute(name)
      else copy.setAttribute(name, value)
    }
  }
  if (live instanceof SVGTextElement) {
    copy.setAttribute('textLength', live.getComputedTextLength().toFixed(2))
    copy.setAttribute('lengthAdjust', 'spacingAndGlyphs')
  }
  const copies = Array.from(copy.children)
  Array.from(live.children).forEach((child, index) => {
    const its = copies[index]
    if (its) resolveLooks(child, its, ids, away)
  })
}

/** A value as an attribute says it: references by their new ids, lengths without px. */
function asAttribute(value: string, ids: ReadonlyMap<string, string>): string {
  return value
    .replaceAll(/url\("?#([^")]+)"?\)/g, (_, id: string) => `url(#${ids.get(id) ?? id})`)
    .replaceAll(/(\d)px\b/g, '$1')
}
