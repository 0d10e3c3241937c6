// Width and height of an element, now and whenever they change.
import { useEffect, useRef, useState } from 'react'

interface Box {
  readonly width: number
  readonly height: number
}

/** @param first  px to draw with until the element is there */
export function useBox(first: Partial<Box> = {}) {
  const ref = useRef<HTMLDivElement>(null)
  const [box, setBox] = useState<Box>({ width: 588, height: 800, ...first })
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(() => setBox({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { ref, ...box }
}
