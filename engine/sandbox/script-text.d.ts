declare module '*?script-text' {
  /** The module and all it imports, as one classic script. */
  const text: string
  export default text
}
