// The same program on another version of FastAPI, laid beside the chosen one.
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { useApp } from '../store'
import { Icon } from '../ui'

export function VersionMenu() {
  const versions = useApp((s) => s.versions)
  const now = useApp((s) => s.fastapi)
  const tryVariant = useApp((s) => s.tryVariant)
  const trying = useApp((s) => s.trying)
  const others = versions.filter(({ fastapi }) => fastapi !== now)
  if (others.length === 0) return null
  const start = (fastapi: string) =>
    void tryVariant({ name: `FastAPI ${fastapi}`, other: `FastAPI ${now ?? ''}`.trim(), fastapi })
  return (
    <MenuTrigger>
      <AriaButton className="button" aria-label="Run on another version" isDisabled={trying !== null}>
        <span className="cmp__long">Run on another version</span>
        <span className="cmp__short">Version</span>
        <Icon name="down" size={12} />
      </AriaButton>
      <Popover className="menu" placement="bottom end">
        <Menu aria-label="Versions to compare with" onAction={(key) => start(String(key))}>
          {others.map(({ fastapi, starlette, why }) => (
            <MenuItem className="menu__item" id={fastapi} key={fastapi} textValue={`FastAPI ${fastapi}`}>
              <span title={why}>
                FastAPI {fastapi}, Starlette {starlette}
              </span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

/** What is on its way, or why it did not come. */
export function TryingLine() {
  const trying = useApp((s) => s.trying)
  const trouble = useApp((s) => s.variantTrouble)
  return (
    <span role="status" className={trouble ? 'cmp__trouble' : 'cmp__trying'}>
      {trying !== null ? `Running: ${trying}…` : trouble}
    </span>
  )
}
