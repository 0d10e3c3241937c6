// The whole exchange as sentences: each leads to its moment, the one in view is marked, and all of it can be copied.
import { memo, useEffect, useMemo, useRef, useState } from 'react'
import {
  storyAt,
  storyMarkdown,
  storyText,
  tellStory,
  type Moment,
  type ShownExchange,
  type Standing,
  type StoryLine,
} from '../../engine/trace'
import { Button, Icon } from '../ui'
import { SentenceText } from './Narration'
import './timeline.css'

export interface StoryProps {
  readonly shown: ShownExchange
  readonly moments: readonly Moment[]
  readonly standing: Standing
  readonly onGo: (standing: Standing) => void
  /** Puts a text into the clipboard; false where there is none. */
  readonly onCopy: (text: string) => Promise<boolean>
}

/** From here on, lines out of sight are not laid out. */
const LONG = 300

export function Story({ shown, moments, standing, onGo, onCopy }: StoryProps) {
  const [hasLines, setHasLines] = useState(false)
  const [said, setSaid] = useState('')
  const story = useMemo(() => tellStory(shown, moments, hasLines), [shown, moments, hasLines])
  const now = storyAt(story, standing)
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const box = list.current
    const item = box?.children[now]
    if (!box || !(item instanceof HTMLElement)) return
    const [seen, own] = [box.getBoundingClientRect(), item.getBoundingClientRect()]
    // Only the list scrolls: the page stays where it is.
    if (own.top < seen.top || own.bottom > seen.bottom)
      box.scrollTop += own.top - seen.top - (seen.height - own.height) / 2
  }, [now, story])
  const copy = async (name: string, text: string) =>
    setSaid((await onCopy(text)) ? `Copied as ${name}.` : 'This window gives no access to the clipboard.')
  const { title } = shown.view
  // Whoever is given a new function with each render would draw all lines anew.
  const go = useRef(onGo)
  go.current = onGo
  const [visit] = useState(() => (line: StoryLine) => go.current(line.standing))
  return (
    <div className="tl-story">
      <div className="tl-story__bar">
        <label>
          <input type="checkbox" checked={hasLines} onChange={(event) => setHasLines(event.target.checked)} /> with
          lines
        </label>
        <span role="status">{said}</span>
        <Button look="quiet" onPress={() => void copy('text', storyText(title, story))}>
          <Icon name="copy" size={14} />
          Copy text
        </Button>
        <Button look="quiet" onPress={() => void copy('Markdown', storyMarkdown(title, story))}>
          Copy Markdown
        </Button>
      </div>
      <ol ref={list} aria-label="What happened" className={story.length > LONG ? 'tl-story__long' : undefined}>
        {story.map((line, index) => (
          <Line key={index} line={line} isNow={index === now} isLater={index > now} onVisit={visit} />
        ))}
      </ol>
    </div>
  )
}

interface LineProps {
  readonly line: StoryLine
  readonly isNow: boolean
  readonly isLater: boolean
  readonly onVisit: (line: StoryLine) => void
}

const Line = memo(function Line({ line, isNow, isLater, onVisit }: LineProps) {
  return (
    <li className={`tl-story__${line.kind}${isNow ? ' tl-story__now' : ''}${isLater ? ' tl-story__later' : ''}`}>
      <button type="button" aria-current={isNow ? 'step' : undefined} onClick={() => onVisit(line)}>
        <SentenceText sentence={line.sentence} />
      </button>
    </li>
  )
})
