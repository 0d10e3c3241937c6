// Makes a document that stands by itself: what it refers to is fetched by the modelled browser and put in its place, since
// the frame that shows it can load nothing.
import type { AskKind } from '../../protocol'

/** A thing that the document refers to. */
export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array
}

/** Gets a thing; null where it could not be had, and whoever loads it has told why. */
export type Load = (url: string, kind: AskKind) => Promise<Asset | null>

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
export async function compose(html: string, url: string, load: Load, omit: Omit): Promise<string> {
  const document = new DOMParser().parseFromString(html, 'text/html')
  const base = new URL(document.querySelector('base')?.getAttribute('href') ?? '', url)
  for (const refresh of document.querySelectorAll('meta[http-equiv=refresh i]')) {
    refresh.remove()
    omit('This document wants to go elsewhere by itself (`<meta http-equiv="refresh">`). It stays here.')
  }
  for (const frame of document.querySelectorAll('iframe[src], frame[src], object, embed')) {
    frame.removeAttribute('src')
    omit(`A <${frame.localName}> in this document stays empty: documents inside of documents are not shown.`)
  }
  // They would be asked for by themselves, and are seen by nobody.
  for (const link of document.querySelectorAll('link[rel~=icon], link[rel~=preload], link[rel~=manifest]'))
    link.remove()
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
