// The moves of the run on screen, bound to the store: what keys, buttons and the clock of playing call.
import { useEffect, useEffectEvent, useState, type KeyboardEvent } from 'react'
import type { Moment, ShownExchange, Standing } from '../../engine/trace'
import { changedSince, NO_BREAKPOINTS, useApp } from '../store'
import { missWords, moveForKey, moveTo, playOn, type Ground, type Move } from './moves'

export interface Moves {
  readonly move: (move: Move) => void
  /** Goes to a step of the shown ones, by its index. */
  readonly goTo: (step: number) => void
  readonly isPlaying: boolean
  readonly togglePlaying: () => void
  /** Why the last move went nowhere; null where it did. */
  readonly said: string | null
  readonly isHelpOpen: boolean
  readonly openHelp: (isOpen: boolean) => void
  /** For the element around everything that belongs to the run. */
  readonly press: (event: KeyboardEvent) => void
}

/** What is said about a move stays this long. */
const SAID_MS = 5000

export function useMoves(shown: ShownExchange | null, moments: readonly Moment[], standing: Standing | null): Moves {
  const seek = useApp((s) => s.seek)
  const grain = useApp((s) => s.grain)
  const pace = useApp((s) => s.pace)
  const breakpoints = useApp((s) => s.breakpoints[s.place.id] ?? NO_BREAKPOINTS)
  const isStale = useApp((s) => s.shown !== null && changedSince(s.shown.files, s.files) === 'code')
  const [isPlaying, setIsPlaying] = useState(false)
  const [isHelpOpen, openHelp] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  const ground: Ground | null = shown && standing && { shown, moments, standing, grain, breakpoints, isStale }

  useEffect(() => setIsPlaying(false), [moments])
  useEffect(() => {
    if (said === null) return
    const timer = setTimeout(() => setSaid(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])

  // The pace of playing depends on where one stands, and not on what else is drawn anew.
  const tick = useEffectEvent(() => {
    const next = ground && playOn(ground)
    if (next) seek(next.to.whole, next.to.seq)
    if (!next || next.rests) setIsPlaying(false)
  })
  const whole = standing?.whole
  const seq = standing?.seq
  useEffect(() => {
    if (!isPlaying) return
    const timer = setTimeout(tick, pace)
    return () => clearTimeout(timer)
  }, [isPlaying, pace, whole, seq])

  const move = (wanted: Move) => {
    if (!ground) return
    const to = moveTo(ground, wanted)
    if (to) seek(to.whole, to.seq)
    setSaid(to ? null : missWords(wanted, isStale))
  }
  const togglePlaying = () => {
    if (!isPlaying && ground && !playOn(ground)) move('first')
    setIsPlaying(!isPlaying)
  }
  const goTo = (step: number) => {
    const target = shown?.steps[step]
    if (target) seek(target.whole)
  }
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || !ground || isTyping(event.target)) return
    // On a button, Space presses the button; in a row of tabs, arrows go from tab to tab.
    if (event.key === ' ' && isPressed(event.target)) return
    if (/^(Arrow|Home|End)/.test(event.key) && !event.altKey && hasOwnArrows(event.target)) return
    const wanted = moveForKey(event)
    if (wanted === null) return
    event.preventDefault()
    if (wanted === 'play') togglePlaying()
    else if (wanted === 'help') openHelp(true)
    else move(wanted)
  }
  return { move, goTo, isPlaying, togglePlaying, said, isHelpOpen, openHelp, press }
}

function isTyping(target: EventTarget): boolean {
  if (!(target instanceof Element)) return false
  const field = target.closest('input, textarea, select, [contenteditable="true"]')
  return field !== null && field.getAttribute('type') !== 'range'
}

function isPressed(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, [role="tab"], [role="menuitem"], summary') !== null
}

/** Arrows mean something of their own there: tabs, menus, the onion's list, text that scrolls. */
function hasOwnArrows(target: EventTarget): boolean {
  return (
    target instanceof Element &&
    target.closest(
      '[role="tablist"], [role="menu"], [role="radiogroup"], [role="listbox"], [role="separator"], pre',
    ) !== null
  )
}
