// Parts of `window` that a frame of opaque origin lacks: storage and dialogs.

/** `localStorage` and `sessionStorage` of the page, in memory: gone with the realm. Peel's own can't be reached from here. */
export class PageStorage {
  readonly #items = new Map<string, string>()
  /** Names are properties too, as HTML's storage has them (`localStorage.token`). */
  readonly proxy: Storage

  constructor() {
    const items = this.#items
    const methods: Storage = {
      get length() {
        return items.size
      },
      key: (index) => [...items.keys()][index] ?? null,
      getItem: (name) => items.get(String(name)) ?? null,
      setItem: (name, value) => void items.set(String(name), String(value)),
      removeItem: (name) => void items.delete(String(name)),
      clear: () => items.clear(),
    }
    this.proxy = new Proxy(methods, {
      get: (_, name) => (typeof name === 'symbol' || name in methods ? Reflect.get(methods, name) : items.get(name)),
      set: (_, name, value) => {
        items.set(String(name), String(value))
        return true
      },
      has: (_, name) => name in methods || items.has(String(name)),
      deleteProperty: (_, name) => {
        items.delete(String(name))
        return true
      },
      ownKeys: () => [...items.keys()],
      getOwnPropertyDescriptor: (_, name) =>
        items.has(String(name))
          ? { value: items.get(String(name)), enumerable: true, configurable: true, writable: true }
          : undefined,
    })
  }
}

/** A sandboxed frame opens no dialogs; what they say is written down, and nobody answers them. */
export function installDialogs(write: (text: string) => void): void {
  window.alert = (text?: string) => write(`alert: ${text ?? ''}`)
  window.confirm = (text) => {
    write(`confirm: ${text ?? ''} Nobody answers here, so it is false.`)
    return false
  }
  window.prompt = (text) => {
    write(`prompt: ${text ?? ''} Nobody answers here, so it is null.`)
    return null
  }
}
