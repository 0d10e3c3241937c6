// Whether an answer becomes a document or a file: by its type and its first bytes (MIME Sniffing 7, as Chromium does it).
import type { HeaderList } from '../protocol'
import { isNosniff } from './embedding'
import { getHeader } from './headers'
import { essenceOf } from './request-headers'

/** Text that Chromium rather saves than shows. */
const SAVED_TEXT =
  /^text\/(?:calendar|x-calendar|x-vcalendar|vcalendar|vcard|x-vcard|directory|ldif|qif|x-qif|x-csv|x-vcf|rtf|comma-separated-values|csv|tab-separated-values|tsv|ofx)$/
const SHOWN = [
  /^text\//,
  /^image\/(?:png|apng|gif|jpe?g|pjpeg|webp|avif|bmp|x-xbitmap|svg\+xml|x-icon|vnd\.microsoft\.icon)$/,
  /^(?:audio|video)\/(?:webm|ogg|mp4|mpeg|wav|x-wav|flac|aac)$/,
  /^application\/(?:(?:x-)?(?:java|ecma)script|json|xml|xhtml\+xml|ogg)$/,
  /^[a-z]+\/[\w.-]+\+(?:json|xml)$/,
  /^multipart\/x-mixed-replace$/,
]

/** Bytes that stand in no text (MIME Sniffing 3, "binary data byte"), each a character. */
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/
/** MIME Sniffing 5.2, "resource header". */
const LOOKED_AT_BYTES = 1445

/**
 * Whether the browser saves an answer rather than show it.
 * @param bytes  its first ones, each a character
 */
export function isDownload(headers: HeaderList, bytes: string): boolean {
  const disposition = (getHeader(headers, 'content-disposition') ?? '').trim()
  if (disposition !== '' && !/^(?:inline\s*(?:;|$)|;|filename\s*=|name\s*=)/i.test(disposition)) return true
  const type = getHeader(headers, 'content-type')
  const essence = essenceOf(type ?? '')
  const isBinary = !isNosniff(headers) && BINARY.test(bytes.slice(0, LOOKED_AT_BYTES))
  if (essence === null) return isBinary && !IMAGE.test(bytes)
  // MIME Sniffing 5.1: what a server says that knows no better.
  const isGuess = /^text\/plain(?:; ?charset=(?:iso-8859-1|utf-8))?$/i.test(type ?? '')
  if (isGuess) return isBinary
  return SAVED_TEXT.test(essence) || !SHOWN.some((shown) => shown.test(essence))
}

/** First bytes of the images that Chromium shows (MIME Sniffing 6.1): PNG, GIF, JPEG, WebP, BMP, icons, AVIF. */
export const IMAGE = /^(?:\x89PNG\r\n\x1a\n|GIF8[79]a|\xff\xd8\xff|RIFF....WEBP|BM|\0\0\x01\0|....ftypavi[fs])/s
