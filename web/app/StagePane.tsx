// A view that takes the whole width: its title, the way back to the bench, and the view itself.
import { lazy, Suspense, useEffect, useRef, type ComponentType } from 'react'
import { useApp, type Stage } from '../store'
import { Button, Icon } from '../ui'
import type { Size } from './use-size'

/** What every such view is given. */
export interface StageProps {
  readonly size: Size
}

interface StageEntry {
  readonly title: string
  readonly View: ComponentType<StageProps>
}

/** Each is fetched when it is first shown. */
const STAGES: Readonly<Record<Exclude<Stage, 'bench'>, StageEntry>> = {
  compare: {
    title: 'Two runs side by side',
    View: lazy(async () => ({ default: (await import('../compare')).ComparePane })),
  },
  sequence: {
    title: 'Sequence',
    View: lazy(async () => ({ default: (await import('../sequence')).SequencePane })),
  },
  predict: {
    title: 'Guess before the run',
    View: lazy(async () => ({ default: (await import('../predict')).PredictPane })),
  },
  comic: {
    title: 'Comic strip of the run',
    View: lazy(async () => ({ default: (await import('../share')).ComicPane })),
  },
  branches: {
    title: 'Branches of this session',
    View: lazy(async () => ({ default: (await import('../branches')).BranchesPane })),
  },
  orders: {
    title: 'All orders',
    View: lazy(async () => ({ default: (await import('../orders')).OrdersPane })),
  },
  spellings: {
    title: 'One layer, three spellings',
    View: lazy(async () => ({ default: (await import('../spellings')).SpellingsPane })),
  },
}

export function StagePane({ stage, size }: { readonly stage: Exclude<Stage, 'bench'>; readonly size: Size }) {
  const showStage = useApp((s) => s.showStage)
  const head = useRef<HTMLHeadingElement>(null)
  const { title, View } = STAGES[stage]
  // Whoever opened it by key goes on from its title.
  useEffect(() => head.current?.focus(), [stage])
  // Wherever the focus is: a button that was pressed may be gone by now.
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) showStage('bench')
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [showStage])
  return (
    <section className="stage" aria-label={title}>
      <div className="stage__head">
        <Button look="quiet" onPress={() => showStage('bench')}>
          <Icon name="back" size={14} />
          Back
        </Button>
        <h2 className="stage__title" tabIndex={-1} ref={head}>
          {title}
        </h2>
      </div>
      <div className="stage__body">
        <Suspense fallback={<p className="app__wait">Fetching this view.</p>}>
          <View size={size} />
        </Suspense>
      </div>
    </section>
  )
}
