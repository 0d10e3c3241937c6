// The HTML of a realm's frame: a policy that lets nothing be loaded, the script that makes the realm, and a document.
import frameScript from './frame/realm-entry?script-text'
import type { Standing } from './messages'

/** Nothing is loaded from anywhere: what a document needs is in it. `data:` is for what was put there. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' data:",
  "style-src 'unsafe-inline' data:",
  'img-src data: blob:',
  'font-src data:',
  'media-src data: blob:',
].join('; ')

/** What has to stand at the very start of the frame's document. */
export function frameHead(standing: Standing): string {
  const script = frameScript.replaceAll('</script', '<\\/script')
  return [
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<base href="${attribute(standing.url)}">`,
    `<script data-standing="${attribute(JSON.stringify(standing))}">${script}</script>`,
  ].join('')
}

/** Text as the value of an attribute in double quotes. */
export function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
