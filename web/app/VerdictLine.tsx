// Above the onion of a page's request: what the server said, and what the page sees of it.
import { verdictSentence, type ExchangeView } from '../../engine/trace'
import { useApp } from '../store'
import { Icon, type IconName } from '../ui'

const ICONS: Readonly<Partial<Record<ExchangeView['outcome']['kind'], IconName>>> = {
  read: 'eye',
  blocked: 'cross',
  opaque: 'hidden',
  kept: 'chevron',
}

export function VerdictLine({ view }: { readonly view: ExchangeView }) {
  const openDock = useApp((s) => s.openDock)
  const showBrowserTab = useApp((s) => s.showBrowserTab)
  const sentence = verdictSentence(view)
  if (sentence === null) return null
  const { kind } = view.outcome
  return (
    <p className={`verdict verdict--${kind}`}>
      <Icon name={ICONS[kind] ?? 'chevron'} size={14} />
      <span>{sentence}</span>
      <button
        type="button"
        className="link"
        onClick={() => {
          showBrowserTab('verdict')
          openDock('browser')
        }}
      >
        Why
      </button>
    </p>
  )
}
