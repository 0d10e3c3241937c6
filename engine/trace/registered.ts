// Which layers of a trace the program registered with its app. Pure.
import type { Layer } from '../protocol'

/**
 * The layers of `app.user_middleware`, outermost first: a layer's index here is its index there, and so in
 * `OpenOptions.order`. They are those between the two layers that Starlette always puts first and last around them.
 * Not among them: what is put around the app by hand, layers of mounted apps and of single routes.
 */
export function registeredLayers(layers: readonly Layer[]): Layer[] {
  const chain = layers.filter((layer) => layer.parent === undefined && layer.route === undefined)
  const at = (name: string) => chain.findIndex((layer) => layer.name === name && layer.origin === 'framework')
  const first = at('ServerErrorMiddleware')
  const last = at('ExceptionMiddleware')
  if (first < 0 || last < 0) return []
  return chain.slice(first + 1, last).filter(({ origin }) => origin !== 'framework')
}
