// A sentence of markdown in a line of text: code, stress, nothing else.
import Markdown from 'react-markdown'

const ALLOWED = ['p', 'code', 'em', 'strong']

export function Inline({ text }: { readonly text: string }) {
  return (
    <Markdown allowedElements={ALLOWED} components={{ p: ({ children }) => <span>{children}</span> }}>
      {text}
    </Markdown>
  )
}
