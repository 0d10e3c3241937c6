// Names of what is saved. Pure.

/** `one-rye-please.svg` for the request "One rye, please"; a title without Latin letters gives the fallback. */
export function fileNameFor(title: string, ending: string, fallback = 'request'): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
  const name = (words ?? []).join('-').slice(0, 60).replace(/-$/, '')
  // Windows keeps some names for devices.
  const isTaken = /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(name)
  return `${name === '' ? fallback : isTaken ? `${name}-request` : name}.${ending}`
}
