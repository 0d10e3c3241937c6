// A view that takes the whole width: its title, the way back to the bench, and the view itself.
import { useEffect, useRef, type ComponentType } from 'react'
import { useApp, type Stage } from '../store'
import { Button, fetched, Icon } from '../ui'
import type { Size } from './use-size'

/** What every such view is given. */
export interface StageProps {
  readonly size: Size
}

interface StageEntry {
  readonly title: string
  readonly View: ComponentType<StageProps>
}

const view = (load: () => Promise<ComponentType<StageProps>>): ComponentType<StageProps> =>
  fetched({ load, wait: 'Fetching this view.', what: 'This view' })

/** Each is fetched when it is first shown. */
const STAGES: Readonly<Record<Exclude<Stage, 'bench'>, StageEntry>> = {
  compare: {
    title: 'Two runs side by side',
    View: view(async () => (await import('../compare')).ComparePane),
  },
  sequence: {
    title: 'Sequence',
    View: view(async () => (await import('../sequence')).SequencePane),
  },
  predict: {
    title: 'Guess before the run',
    View: view(async () => (await import('../predict')).PredictPane),
  },
  comic: {
    title: 'Comic strip of the run',
    View: view(async () => (await import('../share')).ComicPane),
  },
  branches: {
    title: 'Branches of this session',
    View: view(async () => (await import('../branches')).BranchesPane),
  },
  orders: {
    title: 'All orders',
    View: view(async () => (await import('../orders')).OrdersPane),
  },
  spellings: {
    title: 'One layer, three spellings',
    View: view(async () => (await import('../spellings')).SpellingsPane),
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
        <View size={size} />
      </div>
    </section>
  )
}
