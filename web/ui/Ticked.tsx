// A sentence in which backticks stand around code, as the engine's messages have them.

/** The sentence with its code set as code. */
export function Ticked({ text }: { readonly text: string }) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))
}
