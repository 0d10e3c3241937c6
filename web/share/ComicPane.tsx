// The shown request as a comic strip for paper: a small onion for each telling step, its sentence below.
import { useMemo, type CSSProperties } from 'react'
import { foldExchange, narrate, verdictSentence, type ShownExchange } from '../../engine/trace'
import { useShownStep } from '../app/use-exchange'
import { fitsIn, OnionPicture, onionBox } from '../onion'
import { SentenceText } from '../timeline'
import { Button, Icon } from '../ui'
import './comic.css'
import { choosePanels } from './panels'

/** Drawn small and with large letters: three beside one another on a sheet leave 7 pt for a name. */
const BOX = { width: 420, height: 380, scale: 1.45 }
/** With so few panels there is room for two in a row. */
const FEW = 6

export function ComicPane() {
  const at = useShownStep()
  const view = at?.view
  const shown = useMemo(
    () => (view ? foldExchange(view, { fits: fitsIn(onionBox(BOX.width, BOX.height, BOX.scale)) }) : null),
    [view],
  )
  if (!at || !shown || shown.steps.length === 0)
    return <p className="app__wait">There is no run to draw yet. Press Run first.</p>
  const { fastapi, starlette } = at.document.versions
  return (
    <div className="comic-pane">
      <div className="comic-pane__bar">
        <Button look="primary" onPress={() => window.print()}>
          <Icon name="print" size={14} />
          Print
        </Button>
        <p>One sheet, A4 or Letter. It can be read in grey.</p>
      </div>
      {/* Paper is white, whatever the screen shows. */}
      <article className="comic" data-theme="light" aria-label={`Comic strip of ${shown.view.title}`}>
        <header className="comic__head">
          <h3>{shown.view.title}</h3>
          <p>
            <code>{`${shown.view.method} ${shown.view.target}`}</code>
            {` · FastAPI ${fastapi}, Starlette ${starlette}`}
          </p>
        </header>
        <Panels shown={shown} />
        <footer className="comic__foot">{verdictSentence(shown.view)}</footer>
      </article>
    </div>
  )
}

function Panels({ shown }: { readonly shown: ShownExchange }) {
  const panels = useMemo(() => choosePanels(shown), [shown])
  return (
    <ol className={`comic__panels${panels.length <= FEW ? ' comic__panels--few' : ''}`}>
      {panels.map((step, index) => (
        <li key={step} style={{ '--on-scale': BOX.scale } as CSSProperties}>
          <OnionPicture shown={shown} step={step} {...BOX} />
          <p>
            <b className="comic__number" aria-hidden="true">
              {index + 1}
            </b>{' '}
            <SentenceText sentence={narrate(shown, step)} />
          </p>
        </li>
      ))}
    </ol>
  )
}
