// The onion as a picture alone, for views that show more than one.
import { useMemo } from 'react'
import type { ShownExchange } from '../../engine/trace'
import { drawOnion } from './drawing'
import { onionBox } from './geometry'
import { OnionDrawing } from './OnionDrawing'
import './onion.css'

interface OnionPictureProps {
  readonly shown: ShownExchange
  readonly step: number
  readonly width: number
  readonly height: number
  readonly scale?: number
}

/** The drawing alone, for the eyes: whoever shows it says beside it what it shows. */
export function OnionPicture({ shown, step, width, height, scale = 1 }: OnionPictureProps) {
  const drawing = useMemo(() => drawOnion(shown, onionBox(width, height, scale)), [shown, width, height, scale])
  return (
    <OnionDrawing
      drawing={drawing}
      shown={shown}
      step={step}
      focused={null}
      arranging={null}
      chosen={-1}
      guess={undefined}
      runKey={undefined}
      onRow={() => undefined}
      onToggleGroup={undefined}
    />
  )
}
