// The inspector's first tab: the layer that was chosen in the onion, or the one where the cursor stands.
import type { ShownExchange } from '../../engine/trace'
import { LayerInspector } from '../inspect'
import { useApp } from '../store'
import { useShownStep } from './use-exchange'

export function LayerFacts({ shown, step }: { readonly shown: ShownExchange; readonly step: number }) {
  const at = useShownStep()
  const files = useApp((s) => s.shown?.files)
  const inspected = useApp((s) => s.inspected)
  const inspect = useApp((s) => s.inspect)
  const goTo = useApp((s) => s.goTo)
  if (!at || !files) return null
  const current = shown.steps[step]
  const chosen = shown.view.rings.findIndex(({ id }) => id === inspected)
  return (
    <LayerInspector
      document={at.document}
      index={at.index}
      view={shown.view}
      at={chosen >= 0 ? chosen : (current?.ring ?? -1)}
      lastSeq={current?.lastSeq ?? -1}
      files={files}
      onLine={goTo}
      onRing={inspect}
    />
  )
}
