// multipart/form-data as a browser writes it. Pure.
import { encodeText, joinBytes } from './bytes'

/** One field of a form. */
export type FormPart =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly file: string; readonly type: string; readonly bytes: Uint8Array }

/**
 * Encodes a form's fields.
 * @param boundary  without the two dashes before it; stands in no field
 * @see HTML, "multipart/form-data encoding algorithm"
 */
export function encodeMultipart(parts: readonly FormPart[], boundary: string): Uint8Array {
  const pieces = parts.flatMap((part) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(withCrlf(part.name))}"`
    if ('text' in part) return [encodeText(`${head}\r\n\r\n${withCrlf(part.text)}\r\n`)]
    const { file, type, bytes } = part
    return [
      encodeText(`${head}; filename="${quote(file)}"\r\nContent-Type: ${type}\r\n\r\n`),
      bytes,
      encodeText('\r\n'),
    ]
  })
  return joinBytes([...pieces, encodeText(`--${boundary}--\r\n`)])
}

/** Line breaks of names and texts, but not of file names, are made CR LF first. */
function withCrlf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}

function quote(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
}
