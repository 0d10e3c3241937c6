// What the picture on the bench may do with its layers: the store's actions in the onion's words.
import { useMemo } from 'react'
import { registeredLayers } from '../../engine/trace'
import type { LayerChanges } from '../onion'
import { useApp } from '../store'

export function useLayerChanges(): LayerChanges | undefined {
  const layers = useApp((s) => s.shown?.document.layers)
  const writeOrder = useApp((s) => s.writeOrder)
  const runWithout = useApp((s) => s.runWithout)
  return useMemo(() => {
    if (!layers) return undefined
    const stack = registeredLayers(layers).map(({ id }) => id)
    return {
      stack,
      whyFixed: (ring) => {
        const layer = layers.find(({ id }) => id === ring)
        if (!layer) return 'This ring is no layer of the app: it can be neither moved nor left out.'
        if (layer.route !== undefined) return `${layer.name} stands around one route: it goes with that.`
        if (layer.parent !== undefined) return `${layer.name} belongs to a mounted app: its own program places it.`
        if (layer.origin === 'framework')
          return `${layer.name} is put there by FastAPI: it can be neither moved nor left out.`
        return `${layer.name} is put around the app by hand: only the code can move it.`
      },
      move: writeOrder,
      switchOff: (layer) => void runWithout(layer),
    }
  }, [layers, writeOrder, runWithout])
}
