// What can be done with the shown run: at the end of the bar with its requests.
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { ShareNoteLine, useShareTools } from '../share'
import { useApp } from '../store'
import { Button, Icon, type IconName } from '../ui'
import { spellingsOf } from './catalog'
import { useShownStep } from './use-exchange'

interface Tool {
  readonly id: string
  readonly name: string
  readonly icon: IconName
  /** Tools of one group stand together in the menu. */
  readonly group: 'look' | 'change' | 'take'
  readonly act: () => void
}

/** The tools that make sense now. */
function useTools(): readonly Tool[] {
  const rival = useApp((s) => s.rival)
  const pin = useApp((s) => s.pin)
  const dropRival = useApp((s) => s.dropRival)
  const showStage = useApp((s) => s.showStage)
  const openPrediction = useApp((s) => s.openPrediction)
  const copyLink = useApp((s) => s.copyLink)
  const hasSpellings = useApp((s) => spellingsOf(s.place.id).length > 0)
  const tryOrders = useApp((s) => s.tryOrders)
  const tools: Tool[] = [
    { id: 'sequence', name: 'Show as lanes', icon: 'lanes', group: 'look', act: () => showStage('sequence') },
    { id: 'pin', name: 'Pin this run', icon: 'pin', group: 'look', act: pin },
  ]
  tools.push({
    id: 'compare',
    name: 'Compare with another run',
    icon: 'beside',
    group: 'look',
    act: () => showStage('compare'),
  })
  tools.push({
    id: 'predict',
    name: 'Guess before the run',
    icon: 'pencil',
    group: 'change',
    act: () => void openPrediction(),
  })
  tools.push({
    id: 'branches',
    name: 'Branch from a moment',
    icon: 'branch',
    group: 'change',
    act: () => showStage('branches'),
  })
  if (rival) tools.push({ id: 'unpin', name: `Forget ${rival.name}`, icon: 'cross', group: 'look', act: dropRival })
  tools.push({
    id: 'orders',
    name: 'Try all orders',
    icon: 'list',
    group: 'change',
    act: () => {
      showStage('orders')
      void tryOrders()
    },
  })
  if (hasSpellings)
    tools.push({
      id: 'spellings',
      name: 'Three spellings of a layer',
      icon: 'pencil',
      group: 'change',
      act: () => showStage('spellings'),
    })
  tools.push({
    id: 'link',
    name: 'Copy a link to this moment',
    icon: 'link',
    group: 'take',
    act: () => void copyLink(location, (text) => navigator.clipboard.writeText(text)),
  })
  return tools
}

export function RunTools() {
  const share = useShareTools(useShownStep())
  const tools = [...useTools(), ...share.tools]
  const rival = useApp((s) => s.rival)
  const showStage = useApp((s) => s.showStage)
  return (
    <div className="run-pane__tools">
      {rival && (
        <Button look="quiet" onPress={() => showStage('compare')}>
          <Icon name="beside" size={14} />
          Compare
        </Button>
      )}
      <MenuTrigger>
        <AriaButton className="button button--quiet button--icon" aria-label="What to do with this run">
          <Icon name="more" />
        </AriaButton>
        <Popover className="menu" placement="bottom end">
          <Menu aria-label="What to do with this run" onAction={(key) => tools.find(({ id }) => id === key)?.act()}>
            {tools.flatMap((tool, at) => [
              at > 0 && tools[at - 1]?.group !== tool.group ? <Separator key={`before-${tool.id}`} /> : null,
              <MenuItem className="menu__item" id={tool.id} key={tool.id} textValue={tool.name}>
                {tool.name}
                <Icon name={tool.icon} size={14} />
              </MenuItem>,
            ])}
          </Menu>
        </Popover>
      </MenuTrigger>
      {share.note && <ShareNoteLine note={share.note} onClose={share.close} />}
    </div>
  )
}
