// A list of tabs in one row that scrolls where they don't fit, with the chosen one always in sight.
import { useEffect, useRef, type RefObject } from 'react'
import { TabList, type TabListProps } from 'react-aria-components'

export interface TabRowProps extends Pick<TabListProps<object>, 'aria-label' | 'children'> {
  readonly className?: string
}

export function TabRow({ className = 'tabs', ...rest }: TabRowProps) {
  const list = useRef<HTMLDivElement>(null)
  useChosenInSight(list)
  return <TabList {...rest} className={className} ref={list} />
}

/** Where the row scrolls, a piece of the next tab tells of it. */
const PIECE_PX = 28

/** Moves the row and nothing around it, as `scrollIntoView` would. */
function scrollToChosen(row: HTMLElement): void {
  const seen = row.getBoundingClientRect()
  const tab = row.querySelector('[aria-selected="true"]')?.getBoundingClientRect()
  if (!tab) return
  const before = seen.left + PIECE_PX - tab.left
  const beyond = tab.right + PIECE_PX - seen.right
  if (before > 0) row.scrollLeft -= before
  else if (beyond > 0) row.scrollLeft += beyond
}

/**
 * Scrolls the list so that its chosen tab is seen: when another is chosen, by whatever means, when tabs come or go, and
 * when the list gets another width, as it does with the pane around it coming to the front.
 */
function useChosenInSight(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = list.current
    if (!element) return
    let frame = 0
    const bring = () => {
      cancelAnimationFrame(frame)
      // A frame later: when a tab is pressed, react-aria 1.22 first puts the list back to where it was last scrolled to.
      frame = requestAnimationFrame(() => scrollToChosen(element))
    }
    const width = new ResizeObserver(bring)
    width.observe(element)
    const tabs = new MutationObserver(bring)
    tabs.observe(element, { subtree: true, childList: true, attributeFilter: ['aria-selected'] })
    return () => {
      cancelAnimationFrame(frame)
      width.disconnect()
      tabs.disconnect()
    }
  }, [list])
}
