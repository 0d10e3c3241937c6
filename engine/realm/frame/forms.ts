// Links and forms: what a browser would send when one is submitted (HTML, "form submission algorithm").
import { toBodyText } from '../../requests'
import type { Ask } from '../messages'
import { readBody } from './body'

/** The request of a form's submission: a navigation. */
export async function formAsk(form: HTMLFormElement, submitter: HTMLElement | null = null): Promise<Ask> {
  const pick = (name: string): string | null => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name)
  const method = (pick('method') ?? 'get').toLowerCase() === 'post' ? 'POST' : 'GET'
  const enctype = (pick('enctype') ?? '').toLowerCase()
  const url = new URL(pick('action') || document.baseURI, document.baseURI)
  const data = new FormData(form, submitter)
  const texts = [...data].map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : value.name,
  ])
  if (method === 'GET') {
    // The modelled browser makes the query of the fields, as it does for a request in a file.
    const fields = new TextEncoder().encode(new URLSearchParams(texts).toString())
    return { ...ask('GET', url.href, null), body: toBodyText(fields) }
  }
  if (enctype === 'multipart/form-data') return ask('POST', url.href, await readBody(data))
  if (enctype === 'text/plain') {
    const text = texts.map(([name, value]) => `${name}=${value}\r\n`).join('')
    return ask('POST', url.href, { bytes: new TextEncoder().encode(text), type: 'text/plain' })
  }
  const bytes = new TextEncoder().encode(new URLSearchParams(texts).toString())
  return ask('POST', url.href, { bytes, type: 'application/x-www-form-urlencoded' })
}

/** The request of a link that is followed. */
export function linkAsk(url: string): Ask {
  return { ...ask('GET', url, null), page: { kind: 'navigation', hasBody: false, bodyType: null } }
}

function ask(
  method: string,
  url: string,
  body: { readonly bytes: Uint8Array; readonly type: string | null } | null,
): Ask {
  return {
    method,
    url,
    headers: [],
    body: toBodyText(body?.bytes ?? new Uint8Array()),
    page: { kind: 'form', hasBody: body !== null, bodyType: body?.type ?? null },
  }
}
