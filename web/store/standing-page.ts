// The one page that everything outside of the file's own lines stands on: the JavaScript console, and what the Peel tab
// fetches by itself (DevTools' console). It follows the requests' `# @page`; the console may be put on another. Pure.
import type { Page } from './seam'
import { REQUESTS } from './places'
import { readRequests } from './requests'
import type { All } from './state'

/** Where nobody names a page. */
const USUAL: Page = { url: 'https://app.shop.test/', sandboxed: false }

type Standing = Pick<All, 'files' | 'formIndex' | 'scriptPage'>

/** The page of the request that the form shows, else the first that a request of the file has; null where none has one. */
export function requestsPage({ files, formIndex }: Pick<Standing, 'files' | 'formIndex'>): Page | null {
  const read = readRequests(files)
  if (read.kind !== 'read') return null
  const { requests } = read.file
  const page = requests[formIndex]?.page ?? requests.find((request) => request.page)?.page
  if (!page) return null
  const { url, sandboxed, document } = page
  return { url: new URL(url).href, sandboxed, ...(document && { document }) }
}

/** The page that console and tab stand on. */
export function standingPage(state: Standing): Page {
  return state.scriptPage ?? requestsPage(state) ?? USUAL
}

/** True when both states stand on one page, so a script may go on. */
export function isSamePage(a: Standing, b: Standing): boolean {
  const isUntouched =
    a.scriptPage === b.scriptPage && a.formIndex === b.formIndex && a.files[REQUESTS] === b.files[REQUESTS]
  if (isUntouched) return true
  const [one, other] = [standingPage(a), standingPage(b)]
  return JSON.stringify(one) === JSON.stringify(other)
}
