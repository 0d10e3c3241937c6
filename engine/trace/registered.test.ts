import { describe, expect, test } from 'vitest'
import type { Layer } from '../protocol'
import { registeredLayers } from '.'

describe('registeredLayers()', () => {
  const layer = (name: string, more: Partial<Layer> = {}): Layer => ({
    id: name,
    name,
    origin: 'framework',
    depth: 0,
    style: 'asgi',
    ...more,
  })
  test('are those between the first and the last layer of Starlette', () => {
    const layers = [
      layer('Wrapper', { origin: 'yours' }),
      layer('ServerErrorMiddleware'),
      layer('Telemetry'),
      layer('CORSMiddleware', { origin: 'library' }),
      layer('timing', { origin: 'yours' }),
      layer('ExceptionMiddleware'),
      layer('APIRouter'),
      layer('inner', { origin: 'yours', parent: 'APIRouter' }),
      layer('gate', { origin: 'yours', route: '/' }),
    ]
    expect(registeredLayers(layers).map(({ name }) => name)).toEqual(['CORSMiddleware', 'timing'])
    expect(registeredLayers([])).toEqual([])
  })
})
