// What the panel says while there is no page to tell of.
export function NoPage({ hasRun }: { readonly hasRun: boolean }) {
  return (
    <p className="bp__empty">
      {hasRun
        ? 'This request comes from a plain client, such as curl: no browser adds anything, and none keeps anything back. Choose a page above, and send it again.'
        : 'No request was sent yet. Press Run.'}
    </p>
  )
}
