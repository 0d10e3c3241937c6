// A stack as a small onion: names from the outside in, with the textures of the large one. Says nothing to a screen
// reader: whoever shows it says the order in words.
import { useId } from 'react'
import type { RingOrigin } from '../../engine/trace'
import { layoutOnion, ringPath } from './geometry'
import { fitName } from './names'
import './stack-picture.css'

interface StackPictureProps {
  /** Outermost first; the core is drawn inside of them. */
  readonly layers: readonly { readonly name: string; readonly origin: RingOrigin }[]
  readonly width?: number
}

const CROWN = 24
/** Room that the geometry leaves above for lanes, which there are none of here. */
const HEAD = 36

export function StackPicture({ layers, width = 236 }: StackPictureProps) {
  const id = useId()
  const rows = [
    ...layers.map(() => ({ weight: 'full' as const, mounted: false })),
    { weight: 'full' as const, mounted: false },
  ]
  const base = Math.min(7, Math.max(3, 40 / Math.max(1, layers.length)))
  const height = Math.round(HEAD + 2 + 50 + layers.length * (CROWN + base))
  const layout = layoutOnion({ width, height, margin: 0, scale: 1 }, rows)
  return (
    <svg
      className="stack-picture"
      aria-hidden="true"
      viewBox={`0 ${HEAD - 1} ${width} ${height - HEAD + 2}`}
      width={width}
      height={height - HEAD + 2}
    >
      <defs>
        <pattern id={`${id}hatch`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" fill="var(--lib-fill)" />
          <path d="M0 0V7" stroke="var(--lib-hatch)" strokeWidth="1.6" />
        </pattern>
      </defs>
      {layout.rows.map((row, at) => {
        const layer = layers[at]
        const name = fitName(layer?.name ?? 'endpoint', width - 2 * row.x - 24)
        return (
          <g key={at} className={`stack-picture__${layer?.origin ?? 'core'}`}>
            <path
              className="stack-picture__ring"
              d={ringPath(row)}
              style={layer?.origin === 'library' ? { fill: `url(#${id}hatch)` } : undefined}
            />
            <text x={layout.centre} y={row.cy} textAnchor="middle" dominantBaseline="central">
              {name.text}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
