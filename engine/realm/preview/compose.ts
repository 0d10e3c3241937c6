// Makes a document that stands by itself: what it refers to is fetched by the modelled browser and put in its place, since
// the frame that shows it can load nothing.
import type { AskKind } from '../../protocol'
import { rewriteLocation } from '../frame/location'

/** A thing that the document refers to. */
export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array
}

/** Gets a thing; null where it could not be had, and whoever loads it has told why. */
export type Load = (url: string, kind: AskKind) => Promise<Asset | null>

/** Gets the document of a frame, composed. */
export type LoadFrame = (url: string) => Promise<string>

/** Hears what of a document can't be shown, in words. */
export type Omit = (text: string) => void

interface Reference {
  readonly selector: string
  readonly name: 'src' | 'href'
  readonly kind: AskKind
}

const REFERENCES: readonly Reference[] = [
  { selector: 'script[src]:not([type=module])', name: 'src', kind: 'script' },
  { selector: 'script[type=module][src]', name: 'src', kind: 'module' },
  { selector: 'link[rel~=stylesheet][href]', name: 'href', kind: 'css' },
  { selector: 'img[src]', name: 'src', kind: 'img' },
]

/**
 * Composes the document.
 * @param html  the document as the server sent it
 * @param url  where it stands
 * @returns HTML to follow the realm's own head
 */
export async function compose(
  html: string,
  url: string,
  { load, loadFrame, omit }: { readonly load: Load; readonly loadFrame: LoadFrame; readonly omit: Omit },
): Promise<string> {
  const document = new DOMParser().parseFromString(html, 'text/html')
  const base = new URL(document.querySelector('base')?.getAttribute('href') ?? '', url)
  for (const refresh of document.querySelectorAll('meta[http-equiv=refresh i]')) {
    refresh.remove()
    omit('This document wants to go elsewhere by itself (`<meta http-equiv="refresh">`). It stays here.')
  }
  for (const element of document.querySelectorAll('frame, object, embed')) {
    for (const name of ['src', 'data']) element.removeAttribute(name)
    omit(`A <${element.localName}> in this document stays empty.`)
  }
  for (const frame of document.querySelectorAll('iframe[src]:not([srcdoc])')) {
    const written = frame.getAttribute('src') ?? ''
    frame.removeAttribute('src')
    if (!URL.canParse(written, base) || !/^https?:/.test(new URL(written, base).protocol)) continue
    frame.setAttribute('srcdoc', await loadFrame(new URL(written, base).href))
    // Its scripts would speak to this document in the place of the browser, and its links lead out of the bridge.
    frame.setAttribute('sandbox', '')
    frame.setAttribute('inert', '')
    omit('The document in an <iframe> is shown as a picture: its scripts do not run, and its links lead nowhere.')
  }
  // They would be asked for by themselves, and are seen by nobody.
  for (const link of document.querySelectorAll('link[rel~=icon], link[rel~=preload], link[rel~=manifest]'))
    link.remove()
  for (const element of document.querySelectorAll('*')) rewriteScripts(element)
  for (const { selector, name, kind } of REFERENCES) {
    for (const element of document.querySelectorAll(selector)) {
      const written = element.getAttribute(name) ?? ''
      if (/^(?:data|blob):/i.test(written) || !URL.canParse(written, base)) continue
      const asset = await load(new URL(written, base).href, kind)
      if (asset) element.setAttribute(name, dataUrl(TYPES[kind] ?? asset.type, asset.bytes))
      else element.removeAttribute(name)
    }
  }
  return document.documentElement.outerHTML
}

/** An element's own scripts speak to the realm's location: the frame's would lead it away. */
function rewriteScripts(element: Element): void {
  if (element.localName === 'script' && element.textContent && /^(?:|module|.*javascript)$/.test(scriptType(element))) {
    const sourceType = scriptType(element) === 'module' ? 'module' : 'script'
    element.textContent = rewriteLocation(element.textContent, { sourceType })
  }
  for (const { name, value } of element.attributes) {
    if (name.startsWith('on')) element.setAttribute(name, rewriteLocation(value))
  }
}

function scriptType(script: Element): string {
  return (script.getAttribute('type') ?? '').trim().toLowerCase()
}

const TYPES: Partial<Record<AskKind, string>> = {
  script: 'text/javascript',
  module: 'text/javascript',
  css: 'text/css',
}

/** Bytes as a URL that holds them. */
export function dataUrl(type: string, bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)))
  }
  return `data:${type || 'application/octet-stream'};base64,${btoa(pieces.join(''))}`
}
