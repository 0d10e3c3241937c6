// One layer in the ways in which it can be written: its lines side by side, one press to use one of them in the editor or
// to lay its run beside the written one.
import { useEffect, useMemo, useState } from 'react'
import { spellingsOf, type Spelling } from '../app/catalog'
import { ENTRY, useApp } from '../store'
import { Button, Icon } from '../ui'
import { excerptsOf } from './excerpts'
import './spellings.css'

/** What is special about each, by id. */
const WORDS: Readonly<Record<string, string>> = {
  decorator: 'A function. Starlette makes a BaseHTTPMiddleware of it.',
  base: 'A class with request and response objects. Each request gets tasks of its own for the app inside.',
  asgi: 'A class that sees each message as it passes. It needs no tasks of its own.',
}

type Texts = { readonly kind: 'open'; readonly texts: readonly string[] } | { readonly kind: 'waiting' | 'failed' }

export function SpellingsPane() {
  const placeId = useApp((s) => s.place.id)
  const spellings = useMemo(() => spellingsOf(placeId), [placeId])
  const [texts, setTexts] = useState<Texts>({ kind: 'waiting' })
  useEffect(() => {
    let isGone = false
    Promise.all(spellings.map(({ load }) => load())).then(
      (all) => !isGone && setTexts({ kind: 'open', texts: all }),
      () => !isGone && setTexts({ kind: 'failed' }),
    )
    return () => {
      isGone = true
    }
  }, [spellings])
  if (spellings.length === 0) return <p className="app__wait">This program comes in one spelling only.</p>
  if (texts.kind === 'waiting') return <p className="app__wait">Fetching the spellings.</p>
  if (texts.kind !== 'open') return <p className="app__wait">The spellings could not be fetched. Try again later.</p>
  return <Spellings spellings={spellings} texts={texts.texts} />
}

function Spellings({
  spellings,
  texts,
}: {
  readonly spellings: readonly Spelling[]
  readonly texts: readonly string[]
}) {
  const files = useApp((s) => s.files)
  const putFiles = useApp((s) => s.putFiles)
  const replaceFiles = useApp((s) => s.replaceFiles)
  const run = useApp((s) => s.run)
  const showStage = useApp((s) => s.showStage)
  const tryVariant = useApp((s) => s.tryVariant)
  const trying = useApp((s) => s.trying)
  const trouble = useApp((s) => s.variantTrouble)
  const excerpts = useMemo(() => excerptsOf(texts), [texts])
  const written = texts.indexOf(files[ENTRY] ?? '')
  const use = (text: string) => {
    const next = { ...files, [ENTRY]: text }
    // What somebody typed can be brought back later, not only undone.
    if (written < 0) replaceFiles(next)
    else putFiles(next)
    showStage('bench')
    void run()
  }
  const compare = ({ name }: Spelling, text: string) =>
    void tryVariant({
      name,
      other: spellings[written]?.name ?? 'as written',
      change: (program) => ({ ...program, files: { ...program.files, [ENTRY]: text } }),
    })
  return (
    <div className="spell">
      <p className="spell__lead">
        Three ways to write the same layer. The client gets the same from each; what happens on the way differs.
        {written < 0 &&
          ' Your main.py is none of them: choosing one puts it in its place, and Undo in the editor brings yours back.'}
      </p>
      <p role="status" className="spell__status">
        {trying !== null ? `Running it as ${trying}.` : trouble}
      </p>
      <ul className="spell__list">
        {spellings.map((spelling, at) => {
          const text = texts[at] ?? ''
          const isWritten = at === written
          return (
            <li key={spelling.id} className={isWritten ? 'spell__one spell__one--now' : 'spell__one'}>
              <h3 className="spell__name">
                {spelling.name}
                {isWritten && <span className="spell__now">in the editor</span>}
              </h3>
              <p className="spell__words">{WORDS[spelling.id]}</p>
              <div className="spell__buttons">
                <Button look={isWritten ? 'plain' : 'primary'} isDisabled={isWritten} onPress={() => use(text)}>
                  Use it
                  <span className="sr-only">: {spelling.name}</span>
                </Button>
                <Button isDisabled={isWritten} onPress={() => compare(spelling, text)}>
                  <Icon name="beside" size={14} />
                  Compare
                  <span className="sr-only"> with {spelling.name}</span>
                </Button>
              </div>
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Long lines scroll, also by key. */}
              <pre className="spell__code" tabIndex={0} role="region" aria-label={`Lines of ${spelling.name}`}>
                <code>{excerpts[at]?.text}</code>
              </pre>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
