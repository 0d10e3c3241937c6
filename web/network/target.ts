// Cuts a request's target into path and query for the form, and joins them again. Pure.

export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  // A question mark inside a variable's braces begins no query.
  const at = target.replaceAll(/\{\{[^}]*\}\}/g, (variable) => 'x'.repeat(variable.length)).indexOf('?')
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) }
}

export function joinTarget(path: string, query: string): string {
  // Typed by hand, a space means %20: the file could not hold it.
  const safe = query.replace(/^\?/, '').replaceAll(' ', '%20')
  return safe === '' ? path : `${path}?${safe}`
}
