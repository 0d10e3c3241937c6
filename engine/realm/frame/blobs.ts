// `blob:` URLs that scripts make. The frame's own would be of its opaque origin; these are of the page's, and stand for
// bytes that go along with what asks for them.
import { toBodyText } from '../../requests'
import type { Ask } from '../messages'

type Content = NonNullable<Ask['page']['blob']>

export class Blobs {
  readonly #made = new Map<string, Promise<Content>>()

  /** @param origin  of the page, as of now */
  install(origin: () => string): void {
    const createNative = URL.createObjectURL.bind(URL)
    URL.createObjectURL = (source) => {
      // What is wrong with it the real one says.
      const native = createNative(source)
      if (!(source instanceof Blob)) return native
      URL.revokeObjectURL(native)
      const url = `blob:${origin()}/${crypto.randomUUID()}`
      this.#made.set(
        url,
        source.arrayBuffer().then((bytes) => ({ type: source.type, body: toBodyText(new Uint8Array(bytes)) })),
      )
      return url
    }
    const revokeNative = URL.revokeObjectURL.bind(URL)
    URL.revokeObjectURL = (url) => {
      if (!this.#made.delete(url)) revokeNative(url)
    }
  }

  /** Gives what asks for a blob its bytes along; null where there are none. */
  complete(ask: Ask): Promise<Ask> | null {
    const content = this.#made.get(ask.url.replace(/#.*$/s, ''))
    return content ? content.then((blob) => ({ ...ask, page: { ...ask.page, blob } })) : null
  }
}
