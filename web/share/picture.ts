// Turns a snapshot into pixels. An SVG as an image has no access to the page's faces, so they are put into it.
import type { Snapshot } from './snapshot'

/** Pixels for each px of the drawing. */
const FINENESS = 2

/** @throws {Error} with a sentence, where the browser cannot draw it */
export async function pngOf({ text, width, height }: Snapshot): Promise<Blob> {
  const faces = await facesFor(text)
  const image = new Image()
  const withFaces = text.replace('</desc>', `</desc><style>${faces.join('\n')}</style>`)
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(withFaces)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * FINENESS)
  canvas.height = Math.round(height * FINENESS)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser draws no pictures here. Save the SVG instead.')
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('The picture is too large for this browser. Save the SVG instead.')
  return blob
}

/** `@font-face` rules with their files inside, for the families that a text names; those of the Latin letters. */
function facesFor(text: string): Promise<string[]> {
  const faces = Array.from(document.styleSheets).flatMap((sheet) => {
    const base = sheet.href ?? document.baseURI
    if (new URL(base).origin !== location.origin) return []
    return Array.from(sheet.cssRules).flatMap((rule) =>
      rule instanceof CSSFontFaceRule ? { ...faceOf(rule), base } : [],
    )
  })
  const used = faces.filter(({ family, range, style }) => {
    const isLatin = range === '' || /U\+0+-/i.test(range)
    return isLatin && style !== 'italic' && text.includes(family)
  })
  return Promise.all(
    used.map(async ({ family, weight, file, base }) => {
      const data = await fetch(new URL(file, base)).then((response) => response.blob())
      return `@font-face{font-family:"${family}";font-weight:${weight};src:url(${await dataUrl(data)})}`
    }),
  )
}

function faceOf({ style }: CSSFontFaceRule) {
  return {
    family: style.getPropertyValue('font-family').replaceAll(/['"]/g, ''),
    range: style.getPropertyValue('unicode-range'),
    weight: style.getPropertyValue('font-weight') || '400',
    style: style.getPropertyValue('font-style'),
    file: /url\("?([^")]+)"?\)/.exec(style.getPropertyValue('src'))?.[1] ?? '',
  }
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(new Error('A face of the page cannot be read.'))
    reader.readAsDataURL(blob)
  })
}
