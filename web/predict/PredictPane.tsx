// A guess and what came of it: how far the request comes, what happens there, which status and headers come back.
import { useMemo, useState } from 'react'
import {
  foldExchange,
  judgePrediction,
  restingStep,
  stackView,
  type ExchangeView,
  type Judged,
  type Prediction,
} from '../../engine/trace'
import { viewOf } from '../app/use-exchange'
import { RequestOptions, useRequestList } from '../network'
import { fitsIn, OnionView, onionBox } from '../onion'
import { useApp } from '../store'
import { Button, Icon, useBox } from '../ui'
import './predict.css'

/** Px of the drawing where there is room for it, and the least that it needs. */
const WIDTH = 620
const LEAST = 300

export function PredictPane() {
  const layers = useApp((s) => s.predictedLayers)
  const prediction = useApp((s) => s.prediction)
  const real = useRealView()
  const stack = useMemo(() => stackView(layers ?? []), [layers])
  if (!layers) return <p className="app__wait">Reading which layers your app has.</p>
  return (
    <div className="pre">
      <div className="pre__form">
        {real && prediction ? <Verdict view={real} prediction={prediction} /> : <GuessForm stack={stack} />}
      </div>
      <Picture view={real ?? stack} />
    </div>
  )
}

/** The exchange that the guess was about; null before the run. */
function useRealView(): ExchangeView | null {
  const outcome = useApp((s) => s.outcome)
  const predicted = useApp((s) => s.predicted)
  return useMemo(() => {
    if (!outcome) return null
    const { document } = outcome
    const index = document.exchanges.findLastIndex(({ from, role }) => from === predicted && role !== 'preflight')
    if (index >= 0) return viewOf(document, index)
    const fetch = document.fetches?.findIndex(({ from }) => from === predicted) ?? -1
    return fetch >= 0 ? viewOf(document, document.exchanges.length, fetch) : null
  }, [outcome, predicted])
}

function Picture({ view }: { readonly view: ExchangeView }) {
  const prediction = useApp((s) => s.prediction)
  const predict = useApp((s) => s.predict)
  const { ref, width } = useBox({ width: WIDTH })
  const inner = Math.max(LEAST, Math.min(WIDTH, width))
  const [moved, setMoved] = useState<{ view: ExchangeView; step: number } | null>(null)
  const shown = useMemo(() => foldExchange(view, { folding: 'tight', fits: fitsIn(onionBox(inner)) }), [view, inner])
  const isReal = view.kind === 'run'
  const step = moved?.view === view ? moved.step : isReal ? restingStep(shown) : 0
  return (
    <div className="pre__picture" ref={ref}>
      <OnionView
        shown={shown}
        step={step}
        onStep={(to) => setMoved({ view, step: to })}
        onRow={(row) => {
          const ring = view.rings[shown.rows[row]?.rings[0] ?? -1]
          if (!isReal && ring) predict({ ...(prediction ?? NOTHING), ring: ring.id })
        }}
        width={inner}
        guess={prediction ? { ring: prediction.ring, raises: prediction.ending === 'raises' } : undefined}
      />
      <p className="pre__legend">
        <svg width="44" height="10" aria-hidden="true">
          <path className="pre__dots" d="M3 5h38" />
        </svg>
        your guess
      </p>
    </div>
  )
}

const NOTHING: Prediction = { ring: 'endpoint', ending: 'answers', status: null, headers: [] }

function GuessForm({ stack }: { readonly stack: ExchangeView }) {
  const predicted = useApp((s) => s.predicted)
  const choosePredicted = useApp((s) => s.choosePredicted)
  const stored = useApp((s) => s.prediction)
  const predict = useApp((s) => s.predict)
  const test = useApp((s) => s.testPrediction)
  const phase = useApp((s) => s.phase)
  const trouble = useApp((s) => s.trouble)
  const requests = useRequestList()
  const guess = stored ?? NOTHING
  const change = (more: Partial<Prediction>) => predict({ ...guess, ...more })
  const [headers, setHeaders] = useState(guess.headers.join(', '))
  return (
    <form
      className="pre__fields"
      onSubmit={(event) => {
        event.preventDefault()
        predict(guess)
        void test()
      }}
    >
      <label className="pre__label">
        Request
        <select
          className="field"
          value={Math.min(predicted, Math.max(0, requests.length - 1))}
          onChange={(event) => choosePredicted(Number(event.target.value))}
        >
          <RequestOptions requests={requests} beside="whole" />
        </select>
      </label>
      <fieldset className="pre__set">
        <legend>How far does it come? Choose here, or press a ring.</legend>
        {stack.rings
          .filter(({ role }) => role !== 'server')
          .map((ring) => (
            <label key={ring.id} className="pre__choice">
              <input
                type="radio"
                name="ring"
                checked={stored !== null && guess.ring === ring.id}
                onChange={() => change({ ring: ring.id })}
              />
              {ring.role === 'browser'
                ? 'Browser: nothing is sent'
                : ring.role === 'endpoint'
                  ? 'The endpoint'
                  : ring.name}
              {ring.origin === 'framework' && <span className="pre__origin">framework</span>}
            </label>
          ))}
      </fieldset>
      <fieldset className="pre__set pre__set--row">
        <legend>What happens there?</legend>
        {(['answers', 'raises'] as const).map((ending) => (
          <label key={ending} className="pre__choice">
            <input type="radio" name="ending" checked={guess.ending === ending} onChange={() => change({ ending })} />
            {ending === 'answers' ? 'It answers' : 'It raises an exception'}
          </label>
        ))}
      </fieldset>
      <div className="pre__pair">
        <label className="pre__label">
          Status
          <input
            className="field"
            type="number"
            inputMode="numeric"
            min={100}
            max={599}
            placeholder="200"
            value={guess.status ?? ''}
            onChange={(event) => change({ status: event.target.value === '' ? null : Number(event.target.value) })}
          />
        </label>
        <label className="pre__label pre__label--wide">
          Headers that come back
          <input
            className="field"
            placeholder="x-took, vary"
            value={headers}
            onChange={(event) => {
              setHeaders(event.target.value)
              change({ headers: namesIn(event.target.value) })
            }}
          />
        </label>
      </div>
      <div className="pre__go">
        <Button look="primary" type="submit" isDisabled={stored === null || phase !== 'idle'}>
          <Icon name="run" size={14} />
          Run and compare
        </Button>
        {stored === null && <span className="pre__hint">Choose how far it comes first.</span>}
        {trouble && <span role="alert">The program did not run. Go back to the code to see why.</span>}
      </div>
    </form>
  )
}

function namesIn(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter((name) => name !== ''),
    ),
  ]
}

function Verdict({ view, prediction }: { readonly view: ExchangeView; readonly prediction: Prediction }) {
  const drop = useApp((s) => s.dropPrediction)
  const showStage = useApp((s) => s.showStage)
  const { judged } = useMemo(() => judgePrediction(prediction, view), [prediction, view])
  const right = judged.filter(({ isRight }) => isRight).length
  return (
    <div className="pre__verdict" role="status">
      <h3 className="pre__head">
        {right === judged.length ? 'Your guess is what happened.' : `${right} of ${judged.length} as you guessed.`}
      </h3>
      <ul className="pre__list">
        {judged.map((one, i) => (
          <JudgedLine key={i} judged={one} />
        ))}
      </ul>
      <div className="pre__go">
        <Button onPress={drop}>Guess again</Button>
        <Button look="quiet" onPress={() => showStage('bench')}>
          Go through the run
        </Button>
      </div>
    </div>
  )
}

function JudgedLine({ judged: { isRight, says } }: { readonly judged: Judged }) {
  return (
    <li className={isRight ? 'pre__right' : 'pre__wrong'}>
      <Icon name={isRight ? 'check' : 'cross'} size={14} />
      <span className="sr-only">{isRight ? 'Right: ' : 'Not so: '}</span>
      {says}
    </li>
  )
}
