// Event handlers as attributes (`onload = …`) for classes of ours that stand in for the browser's.

/** Gives a class's prototype an `on…` attribute for each of its events (HTML, "event handler IDL attributes"). */
export function addHandlers(prototype: EventTarget, types: readonly string[]): void {
  for (const type of types) {
    const handlers = new WeakMap<EventTarget, { handler: unknown; listener: (event: Event) => void }>()
    Object.defineProperty(prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return handlers.get(this)?.handler ?? null
      },
      set(this: EventTarget, handler: unknown) {
        const before = handlers.get(this)
        if (before) this.removeEventListener(type, before.listener)
        handlers.delete(this)
        if (typeof handler !== 'function') return
        const listener = (event: Event): void => {
          if (Reflect.apply(handler, this, [event]) === false) event.preventDefault()
        }
        handlers.set(this, { handler, listener })
        this.addEventListener(type, listener)
      },
    })
  }
}
