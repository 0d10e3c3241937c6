// What can be done with the shown run: at the end of the bar with its requests.
import { Button as AriaButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components'
import { ShareNoteLine, useShareTools } from '../share'
import { useApp, type Stage } from '../store'
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

const GROUPS = [
  { id: 'look', name: 'Look at it' },
  { id: 'change', name: 'Try something else' },
  { id: 'take', name: 'Take it along' },
] as const

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
  const stage = (id: string, name: string, icon: IconName, group: Tool['group'], to: Stage): Tool => ({
    id,
    name,
    icon,
    group,
    act: () => showStage(to),
  })
  const orders = stage('orders', 'Try all orders', 'list', 'change', 'orders')
  return [
    stage('sequence', 'Show as lanes', 'lanes', 'look', 'sequence'),
    { id: 'pin', name: 'Pin this run', icon: 'pin', group: 'look', act: pin },
    stage('compare', 'Compare with another run', 'beside', 'look', 'compare'),
    ...(rival
      ? [{ id: 'unpin', name: `Forget ${rival.name}`, icon: 'cross', group: 'look', act: dropRival } as const]
      : []),
    {
      id: 'predict',
      name: 'Guess before the run',
      icon: 'pencil',
      group: 'change',
      act: () => void openPrediction(),
    },
    stage('branches', 'Branch from a moment', 'branch', 'change', 'branches'),
    {
      ...orders,
      act: () => {
        orders.act()
        void tryOrders()
      },
    },
    ...(hasSpellings ? [stage('spellings', 'Three spellings of a layer', 'page', 'change', 'spellings')] : []),
    {
      id: 'link',
      name: 'Copy a link to this moment',
      icon: 'link',
      group: 'take',
      act: () => void copyLink(location, (text) => navigator.clipboard.writeText(text)),
    },
  ]
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
        <AriaButton className="button button--quiet run-pane__explore" aria-label="What to do with this run">
          <span>Explore</span>
          <Icon name="down" size={12} />
        </AriaButton>
        <Popover className="menu" placement="bottom end">
          <Menu aria-label="What to do with this run" onAction={(key) => tools.find(({ id }) => id === key)?.act()}>
            {GROUPS.map(({ id, name }) => (
              <MenuSection key={id}>
                <Header className="menu__head">{name}</Header>
                {tools
                  .filter(({ group }) => group === id)
                  .map((tool) => (
                    <MenuItem className="menu__item" id={tool.id} key={tool.id} textValue={tool.name}>
                      {tool.name}
                      <Icon name={tool.icon} size={14} />
                    </MenuItem>
                  ))}
              </MenuSection>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      {share.note && <ShareNoteLine note={share.note} onClose={share.close} />}
    </div>
  )
}
