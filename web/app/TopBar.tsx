// The bar on top: where the learner is, versions, lane, engine, theme.
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { RunButton } from '../editor'
import { useApp, type Theme } from '../store'
import { Icon, Mark, type IconName } from '../ui'
import type { Size } from './use-size'
import { engineWords, laneNow, savingWords, versionWords } from './words'

export function TopBar({ size }: { readonly size: Size }) {
  const place = useApp((s) => s.place)
  const isPhone = size === 'phone'
  return (
    <header className="top">
      <h1 className="top__logo">
        <Mark />
        {isPhone ? <span className="sr-only">Peel</span> : 'Peel'}
      </h1>
      <div className="top__crumbs">
        {!isPhone && <Icon name="chevron" size={12} />}
        {!isPhone && place.chapter && (
          <>
            <span>{place.chapter}</span>
            <Icon name="chevron" size={12} />
          </>
        )}
        <b title={place.title}>{place.title}</b>
      </div>
      <span className="spacer" />
      {!isPhone && <VersionMenu />}
      <SavingChip />
      <LaneChip />
      <EngineChip />
      <ThemeMenu />
      {isPhone && <RunButton hasKeys={false} />}
    </header>
  )
}

/** What programs run on, to be changed; until the engine is there, what the shown run ran on. */
function VersionMenu() {
  const versions = useApp((s) => s.versions)
  const fastapi = useApp((s) => s.fastapi)
  const choose = useApp((s) => s.chooseVersion)
  const shown = useApp((s) => s.shown?.document.versions)
  const now = versions.find((pair) => pair.fastapi === fastapi) ?? shown
  if (!now) return null
  if (versions.length === 0) return <span className="top__versions">{versionWords(now)}</span>
  return (
    <MenuTrigger>
      <AriaButton className="button button--quiet top__versions" aria-label={`Runs on ${versionWords(now)}`}>
        {versionWords(now)}
      </AriaButton>
      <Popover className="menu" placement="bottom end">
        <Menu
          aria-label="Versions"
          selectionMode="single"
          selectedKeys={fastapi === null ? [] : [fastapi]}
          disallowEmptySelection
          onAction={(key) => choose(String(key))}
        >
          {versions.map((pair) => (
            <MenuItem className="menu__item" id={pair.fastapi} key={pair.fastapi} textValue={versionWords(pair)}>
              <span title={pair.why}>{versionWords(pair)}</span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

const LANE_ICONS: Readonly<Record<string, IconName>> = { 'service worker': 'plug', direct: 'bolt', recorded: 'tape' }

function LaneChip() {
  const status = useApp((s) => s.engineStatus)
  const stored = useApp((s) => s.lane)
  const lane = laneNow(status, stored)
  return (
    <span
      className={`chip top__lane${lane.kind === 'recorded' ? ' chip--warn' : ''}`}
      role="status"
      aria-label="Lane"
      title={lane.why}
    >
      <Icon name={LANE_ICONS[lane.kind] ?? 'plug'} size={13} />
      <span>{lane.kind}</span>
    </span>
  )
}

function EngineChip() {
  const status = useApp((s) => s.engineStatus)
  const { text, tone } = engineWords(status)
  return (
    <span className={`chip${tone === 'bad' ? ' chip--bad' : ''}`} role="status" aria-label="Engine">
      {tone === 'ok' && <span className="dot" aria-hidden="true" />}
      {text}
    </span>
  )
}

function SavingChip() {
  const saving = useApp((s) => s.saving)
  const words = savingWords(saving)
  if (!words) return null
  return (
    <span className="chip chip--bad top__saving" role="alert" title={words}>
      {saving.kind === 'full' ? 'not kept: storage is full' : 'not kept'}
    </span>
  )
}

const THEMES: readonly { readonly id: Theme; readonly name: string; readonly icon: IconName }[] = [
  { id: 'system', name: 'As the system has it', icon: 'screen' },
  { id: 'light', name: 'Light', icon: 'sun' },
  { id: 'dark', name: 'Dark', icon: 'moon' },
  { id: 'contrast', name: 'High contrast', icon: 'half' },
]

function ThemeMenu() {
  const theme = useApp((s) => s.theme)
  const setTheme = useApp((s) => s.setTheme)
  return (
    <MenuTrigger>
      <AriaButton className="button button--quiet button--icon" aria-label="Theme">
        <Icon name={THEMES.find(({ id }) => id === theme)?.icon ?? 'moon'} />
      </AriaButton>
      <Popover className="menu" placement="bottom end">
        <Menu
          aria-label="Theme"
          selectionMode="single"
          selectedKeys={[theme]}
          disallowEmptySelection
          onAction={(key) => setTheme(key as Theme)}
        >
          {THEMES.map(({ id, name, icon }) => (
            <MenuItem className="menu__item" id={id} key={id} textValue={name}>
              {name}
              <Icon name={icon} size={14} />
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
