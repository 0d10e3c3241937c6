// The width of an element, now and whenever it changes.
import { useEffect, useRef, useState } from 'react'

/** @param first  px to draw with until the element is there */
export function useWidth(first = 1280) {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(first)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
