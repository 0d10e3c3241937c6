// Bodies as scripts give them, as bytes. Fetch 5.2, "extract a body".
import { encodeMultipart, encodeText, type FormPart } from '../../requests'

export interface ReadBody {
  readonly bytes: Uint8Array
  /** Content-Type that the kind of body brings; null where it brings none. */
  readonly type: string | null
  readonly isStream: boolean
}

/** Reads a body to its end. */
export async function readBody(body: BodyInit | null | undefined): Promise<ReadBody | null> {
  if (body === null || body === undefined) return null
  if (body instanceof URLSearchParams) {
    return whole(encodeText(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8')
  }
  if (body instanceof FormData) return readForm(body)
  if (body instanceof Blob) return whole(new Uint8Array(await body.arrayBuffer()), body.type || null)
  if (body instanceof ArrayBuffer) return whole(new Uint8Array(body.slice(0)), null)
  if (ArrayBuffer.isView(body)) {
    return whole(new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice(), null)
  }
  if (body instanceof ReadableStream) {
    return { bytes: new Uint8Array(await new Response(body).arrayBuffer()), type: null, isStream: true }
  }
  return whole(encodeText(String(body)), 'text/plain;charset=UTF-8')
}

function whole(bytes: Uint8Array, type: string | null): ReadBody {
  return { bytes, type, isStream: false }
}

let forms = 0

/** With a boundary of Chromium's form that is the same in each run. */
async function readForm(form: FormData): Promise<ReadBody> {
  const boundary = `----WebKitFormBoundaryPeel${String(++forms).padStart(12, '0')}`
  const parts = await Promise.all(
    [...form].map(async ([name, value]): Promise<FormPart> => {
      if (typeof value === 'string') return { name, text: value }
      const bytes = new Uint8Array(await value.arrayBuffer())
      return { name, file: value.name, type: value.type || 'application/octet-stream', bytes }
    }),
  )
  return whole(encodeMultipart(parts, boundary), `multipart/form-data; boundary=${boundary}`)
}
